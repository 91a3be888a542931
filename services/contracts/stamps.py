"""Times as text, in the one form that leaves this product."""

from datetime import UTC, datetime


def stamp(at: datetime, timespec: str = "milliseconds") -> str:
    """RFC 3339 in UTC, ending in `Z`; milliseconds unless another `timespec` of `datetime.isoformat` is asked for."""
    return at.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
