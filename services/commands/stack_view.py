"""How `newsloom status` and `newsloom doctor` look to people."""

from collections.abc import Sequence

from services.commands.output import console
from services.standalone.doctor import Check
from services.standalone.report import COUNTERS, ProcessReport, StackReport

MIB = 1024 * 1024


def show_report(report: StackReport) -> None:
    """A table of the processes, and below it what is wrong."""
    if not report.running:
        console.print(f"Newsloom does not run in {report.home}; `newsloom up` starts it")
        if report.error:
            console.print(f"The last start failed: {report.error}", markup=False)
        return
    rows = [["process", "state", "address", "pid", "up", "restarts", "memory", *COUNTERS]]
    for line in _aligned(rows + [_cells(process) for process in report.processes]):
        console.print(line, markup=False, soft_wrap=True)
    for process in report.processes:
        if process.reason:
            console.print(f"{process.name}: {process.reason}", markup=False)
    total = sum(process.rss_bytes for process in report.processes)
    console.print(f"{'All ready' if report.ready else 'Not all is ready'}; {total / MIB:,.0f} MiB resident in all")


def _cells(process: ProcessReport) -> list[str]:
    state = process.state if process.ready or process.state != "ready" else "not ready"
    counters = [str(process.counters.get(key, "")) for key in COUNTERS]
    memory = f"{process.rss_bytes / MIB:,.0f} MiB" if process.pid else ""
    up = duration(process.uptime_s) if process.uptime_s is not None else ""
    return [process.name, state, process.address, str(process.pid or ""), up, str(process.restarts), memory, *counters]


def _aligned(rows: list[list[str]]) -> list[str]:
    """Rows as lines of equal columns, without the columns that say nothing."""
    columns = [column for column in zip(*rows, strict=True) if any(column[1:])]
    widths = [max(map(len, column)) for column in columns]
    lines = zip(*columns, strict=True)
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]


def duration(seconds: float) -> str:
    """Two units at most: `42s`, `3m 5s`, `2h 10m`, `4d 3h`."""
    left = int(seconds)
    parts: list[str] = []
    for name, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count or parts or name == "s":
            parts.append(f"{count}{name}")
    return " ".join(parts[:2])


def show_checks(checks: Sequence[Check]) -> None:
    """A line for each check, and what to do below those that found a problem."""
    for check in checks:
        mark = "ok     " if check.ok else "PROBLEM"
        console.print(f"{mark} {check.name}: {check.found}", markup=False, soft_wrap=True)
        if not check.ok:
            console.print(f"        {check.advice}", markup=False, soft_wrap=True)
