"""What only the standalone stack needs is the optional extra `standalone` of the package; containers run without it."""

from importlib import import_module
from typing import Any

from services.runtime.errors import UsageError


def extra(module: str) -> Any:
    """Import `module` of the extra. Raises UsageError, which says how to install it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the standalone stack needs {error.name}, which is not installed here: pip install 'newsloom[standalone]'"
        ) from None
