"""WCAG 2.2 AA as far as a machine can tell, by axe-core (https://github.com/dequelabs/axe-core)."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def check(page: Any) -> None:
    """Fails with what axe-core finds wrong on the page as it is now."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
