"""`newsloom up`, `down`, `status`, `doctor`: the stack on one machine."""

import sys
import time
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from services.commands.output import print_json
from services.commands.stack_view import show_checks, show_report
from services.runtime.gateway import base_url
from services.runtime.settings import load_settings
from services.standalone import asked, control
from services.standalone.doctor import examine
from services.standalone.main import run_stack
from services.standalone.report import collect
from services.standalone.state import StackState, is_locked

Foreground = Annotated[bool, typer.Option("--foreground", help="Stay in front; Ctrl-C stops everything.")]
Infrastructure = Annotated[bool, typer.Option("--infrastructure", help="Start Kafka and Elasticsearch, no services.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(up)
    app.command()(down)
    app.command()(status)
    app.command()(doctor)


def up(foreground: Foreground = False, infrastructure: Infrastructure = False) -> None:
    """Start Kafka, Elasticsearch and the services, and wait until all are ready."""
    settings = load_settings()
    if foreground:
        run_stack(settings, infrastructure_only=infrastructure)
        return
    begun = time.monotonic()
    with _Shown() as shown:
        started = control.start(settings, infrastructure_only=infrastructure, on_change=shown.change)
    took = "already up" if started.already else f"up after {time.monotonic() - begun:.1f} s"
    typer.echo(f"Newsloom is {took}: {_addresses(started.stack)}")
    if started.already and (names := asked.changed(settings.home_dir, settings)):
        typer.echo(
            f"It was started with other settings than those here ({', '.join(names)}), and keeps them; "
            "`newsloom down` and `newsloom up` take these over",
            err=True,
        )


def down() -> None:
    """Stop everything that `up` started."""
    home = load_settings().home_dir
    if is_locked(home):
        typer.echo("Stopping, which may take some seconds", err=True)
    ran = control.stop(home)
    typer.echo("Newsloom is stopped" if ran else "Newsloom was not running")


def status(as_json: AsJson = False) -> None:
    """Show every process: ready or why not, memory, counts. Exit code 0: all ready, 1: not all, 3: not running."""
    report = collect(load_settings())
    if as_json:
        print_json(report.as_json())
    else:
        show_report(report)
    raise typer.Exit(report.exit_code)


def doctor(as_json: AsJson = False) -> None:
    """Check what the stack needs, and say what to do. Exit code 0: all is well, 1: something is not."""
    checks = examine(load_settings())
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        show_checks(checks)
    raise typer.Exit(0 if all(check.ok for check in checks) else 1)


def _addresses(stack: StackState) -> str:
    names = {process.name: process.address for process in stack.processes}
    if "search" in names:
        host, _, port = names["search"].rpartition(":")
        return f"{base_url(host.strip('[]'), int(port))}/"
    return ", ".join(f"{name} {address}" for name, address in names.items())


class _Shown:
    """Tells of processes as they become ready: a line each, and on a terminal what is still awaited."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._status = self._console.status("starting")
        self._begun = time.monotonic()
        self._told: set[tuple[str, int]] = set()

    def __enter__(self) -> "_Shown":
        if sys.stderr.isatty():
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def change(self, stack: StackState) -> None:
        """Show what is new; of a stack that was up before, nothing is."""
        if stack.phase == "ready" and not self._told:
            return
        for process in stack.processes:
            mark = (process.name, process.restarts)
            if process.state == "ready" and mark not in self._told:
                self._told.add(mark)
                print(f"{process.name:14} ready after {time.monotonic() - self._begun:5.1f} s", file=sys.stderr)
            elif process.state == "restarting" and process.reason:
                print(f"{process.name:14} {process.reason}", file=sys.stderr)
        waiting = [p.name for p in stack.processes if p.state != "ready"]
        self._status.update(f"waiting for {', '.join(waiting)}" if waiting else "ready")
