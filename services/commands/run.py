"""`newsloom run SERVICE`: one service in the foreground, as containers and the supervisor start it."""

import asyncio
import importlib
import signal
import sys
from typing import Annotated

import structlog
import typer
import uvloop

from services.runtime.errors import UsageError
from services.runtime.logs import configure_logs
from services.runtime.service import run_service
from services.runtime.settings import BESIDE, STAGES, load_settings

SERVICES = (*STAGES, *BESIDE, "search")
WITHIN = {"alerts": "search", "stories": "index"}
"""Services that are a part of another's package."""
MODULES = {
    name: f"services.{WITHIN[name]}.{name}.app" if name in WITHIN else f"services.{name}.app" for name in SERVICES
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


def run(
    service: Annotated[str, typer.Argument(help=f"One of: {', '.join(SERVICES)}", metavar="SERVICE")],
) -> None:
    """Run one service in the foreground until SIGTERM or Ctrl-C."""
    if service not in SERVICES:
        raise UsageError(f"no service {service!r}; there are: {', '.join(SERVICES)}")
    for number in (signal.SIGTERM, signal.SIGINT):  # until the service listens itself: told to stop, and nothing begun
        signal.signal(number, lambda *_: sys.exit(0))
    settings = load_settings()
    configure_logs(settings, service)
    module = importlib.import_module(MODULES[service])
    if check := getattr(module, "check", None):  # of what needs no Kafka: who forgot a model is told at once
        check(settings)
    gateway = service == "search"
    work = module.serve(settings) if gateway else run_service(service, settings, module.wiring)
    try:
        # 20 clients on 2 cores: p95 beside plain searches 1.24 with asyncio's own loop, 1.11 with uvloop. The other
        # services do their work in processes, and wait for Kafka.
        (uvloop.run if gateway else asyncio.run)(work)
    except UsageError:
        raise
    except Exception:
        structlog.get_logger().exception("service broke")
        raise typer.Exit(70) from None  # EX_SOFTWARE of sysexits.h
