"""The stack of the chaos suite, and for each scenario a run with its result line."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.chaos import Run, begin
from support.cleaning import clean_up
from support.little_site import little_site
from support.servers import Stack, stack

_lines: list[str] = []
_outcome = pytest.StashKey[str]()


@pytest.fixture(scope="session")
def chaos_stack() -> Iterator[Stack]:
    """Servers that scenarios may stop, kill and cut off; the same for all."""
    with stack() as started:
        yield started


@pytest.fixture
def run(request: pytest.FixtureRequest, chaos_stack: Stack, tmp_path: Path) -> Iterator[Run]:
    """A run of the scenario that the file is named after."""
    scenario = request.path.stem.removeprefix("test_")
    made = begin(scenario, chaos_stack, tmp_path)
    try:
        yield made
    finally:
        _lines.append(made.report(request.node.stash.get(_outcome, "broken off")))
        made.end()
        clean_up(made.settings, made.settings.namespace)


@pytest.fixture
def site() -> Iterator[tuple[str, dict[str, bytes]]]:
    """A web site: its base address, and its pages by path."""
    with little_site() as served:
        yield served


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Remember how the test itself went."""
    report = yield
    if report.when == "call":
        item.stash[_outcome] = report.outcome
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The result lines."""
    for line in _lines:
        terminalreporter.write_line(f"chaos: {line}")
