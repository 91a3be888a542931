"""What articles name and are about."""

import os

# A worker process for each core shares the work out already; OpenBLAS, which numpy brings, would start as many threads
# in each of them. It reads this when numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
