"""HTTP requests to anywhere, safely: which addresses may be reached, and what an exchange may cost."""
