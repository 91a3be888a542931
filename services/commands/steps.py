"""Progress of work in phases: a bar on a terminal, elsewhere a line now and then."""

import time
from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.commands.output import complaints

EVERY_S = 5.0


class Steps:
    """`with Steps() as steps: steps.report(phase, done, total)`. On standard error; results go to standard output."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=complaints, disable=not complaints.is_terminal)
        self._phase = ""
        self._shown_at = 0.0
        self._task = self._bar.add_task("…", total=None)

    def __enter__(self) -> "Steps":
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()

    def report(self, phase: str, done: int, total: int, detail: str = "") -> None:
        """Show how far `phase` is; `detail` is what else there is to say."""
        more = f", {detail}" if detail else ""
        if complaints.is_terminal:
            self._bar.update(self._task, description=phase + more, completed=done, total=total)
            return
        now = time.monotonic()
        if phase != self._phase or now - self._shown_at >= EVERY_S:
            complaints.print(f"{phase}: {done} of {total}{more}", markup=False)
            self._phase, self._shown_at = phase, now
