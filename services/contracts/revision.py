"""Which release's work an article is: the second half of its version, after the time its page was read."""

REVISION = 5
"""Raise it (to 999 at most) when extraction or enrichment gets better: a re-run over the same page then replaces what
an older release made of it, while a replay by the same release changes nothing."""


def rules_of(revision: int) -> str:
    """Name and version of a release's own rules and tables, as `models.rules` has them."""
    return f"newsloom {revision}"
