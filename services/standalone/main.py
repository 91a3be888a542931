"""Runs a whole stack in this process: lock, leftovers, ports, software, supervisor."""

import asyncio
import time
from collections.abc import Mapping

from services.runtime.errors import NewsloomError, UsageError
from services.runtime.logs import configure_logs
from services.runtime.settings import Settings
from services.standalone import asked, ports, state
from services.standalone.account import java_account
from services.standalone.process import kill_leftovers
from services.standalone.software import install
from services.standalone.stack import INFRASTRUCTURE, addresses, specs
from services.standalone.supervisor import Supervisor

PORT_PATIENCE_S = 5.0
_SETTING = {"kafka": "NEWSLOOM_KAFKA", "elasticsearch": "NEWSLOOM_ELASTICSEARCH", "search": "NEWSLOOM_HTTP"}


def run_stack(settings: Settings, *, infrastructure_only: bool) -> None:
    """Run until a signal comes. Raises NewsloomError when the stack can not start; then nothing is left running."""
    configure_logs(settings, "supervisor")
    home = settings.home_dir
    with state.lock(home):
        try:
            kill_leftovers(home)
            state.write(home, state.new_state([]))
            asked.note(home, settings)
            check_ports(addresses(settings, infrastructure_only=infrastructure_only))
            supervisor = Supervisor(home, specs(settings, infrastructure_only=infrastructure_only))
            asyncio.run(supervisor.run())
        except NewsloomError as error:
            last = state.new_state([])
            last.phase, last.error = "failed", str(error)
            state.write(home, last)
            raise


def prepare(settings: Settings, *, infrastructure_only: bool) -> None:
    """What takes long or fails soon, done where the user sees it: downloads, ports. Raises NewsloomError."""
    wanted = addresses(settings, infrastructure_only=infrastructure_only)
    check_ports(wanted)
    if set(INFRASTRUCTURE) & set(wanted):
        install(settings, java_account(settings.home_dir))


def check_ports(wanted: Mapping[str, tuple[str, int]], patience_s: float = PORT_PATIENCE_S) -> None:
    """Raise UsageError when a port is taken, after giving its holder some time to end."""
    deadline = time.monotonic() + patience_s
    taken = dict(wanted)
    while taken := {name: at for name, at in taken.items() if not ports.is_free(*at)}:
        if time.monotonic() > deadline:
            raise UsageError("\n".join(_explain(name, host, port) for name, (host, port) in taken.items()))
        time.sleep(0.2)


def _explain(name: str, host: str, port: int) -> str:
    setting = _SETTING.get(name, "NEWSLOOM_HTTP (the services use the ports after it)")
    return (
        f"{name} can not listen on {host}:{port}: {ports.holder(port)} does. End it, or set {setting} to another port"
    )
