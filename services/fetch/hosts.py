"""Manners towards one host: one request at once, a delay between two, pauses it asks for, and rest when it is down."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

from services.contracts.sites import slot_of_host
from services.fetch.pauses import Memory, Pause
from services.fetch.queue import Queue
from services.runtime.alive import alive, rest
from services.runtime.share import Share
from services.runtime.web.errors import HostDown, Paused

MAX_ACTIVE = 256
"""Requests at once over all hosts; bounds memory and file descriptors. Hosts that hang hold some for their whole limit:
with a tenth of 100 polls a second doing so for 10 s, 64 left none for others."""
DOWN_AFTER = 5
DOWN_FOR_S = 60.0
MAX_PAUSE_S = 30.0
"""Longest Retry-After that is waited for; a request that would wait longer fails at once."""
MOST_PAUSE_S = 24 * 3600.0
"""Longest that a host is left alone for one answer; then it may say so again."""
KEPT = 10_000
REMEMBERED_S = 300.0
"""How long a host is remembered at least, once there are many."""
_NEVER = float("-inf")


class _Host:
    def __init__(self, host: str) -> None:
        self.turn = asyncio.Lock()  # first come, first served
        self.slot = slot_of_host(host.strip("[]"))
        self.waiting = 0
        self.delay_s = 0.0
        self.queue = Queue()
        self.last_end = _NEVER
        self.paused_until = _NEVER
        self.down_until = _NEVER
        self.failures = 0
        self.why = ""
        self.is_noted = False

    def recall(self, pause: Pause) -> None:
        """Take over what another worker, or this one before a restart, knew."""
        until = time.monotonic() + (pause.until - datetime.now(UTC)).total_seconds()
        if pause.failures:
            self.down_until, self.failures = max(self.down_until, until), pause.failures
        else:
            self.paused_until = max(self.paused_until, until)
        self.why, self.is_noted = pause.why, True

    def refuse(self, host: str) -> None:
        """Raises HostDown or Paused when there is no point in waiting."""
        now = time.monotonic()
        if now < self.down_until:
            raise HostDown(
                f"{host} did not answer {self.failures} times in a row and is left alone; last: {self.why}",
                self.down_until - now,
            )
        if self.paused_until - now > MAX_PAUSE_S:
            raise Paused(
                f"{host} asks to be left alone for {self.paused_until - now:.0f} s more: {self.why}",
                self.paused_until - now,
            )


class Hosts:
    """The state of every host met lately. Hosts are told apart by name; ports share."""

    def __init__(self, share: Share | None = None, memory: Memory | None = None) -> None:
        self._hosts: dict[str, _Host] = {}
        self._active = asyncio.Semaphore(MAX_ACTIVE)
        self._share = share or Share(whole=True)
        self._memory = memory

    def wait_s(self, host: str, key: str) -> float | None:
        """Seconds after which `key` had better come again, where the queue for `host` is long; None: it may join."""
        state = self._state(host)
        return state.queue.wait_s(key, state.waiting, state.delay_s, time.monotonic())

    @asynccontextmanager
    async def turn(self, host: str, delay_s: float, home: int | None = None) -> AsyncIterator[None]:
        """Wait until `host` may be asked, at least `delay_s` after its last answer ended, or might have.

        Raises HostDown, Paused; NotOurs when another worker is to ask it (`home` as in Limits).
        Turns go in the order of arrival; the wait is as long as the queue.
        """
        state = self._state(host)
        state.waiting += 1
        state.delay_s = delay_s
        try:
            async with state.turn, AsyncExitStack() as begun:
                since: float | None = None
                while since != self._share.since:  # dealt anew while it waited: another may have asked the host since
                    await begun.aclose()
                    await self._share.check(state.slot, home)  # first: what is known of others' hosts may be old
                    since = self._share.since
                    self._state(host).refuse(host)
                    await rest(max(max(state.last_end, since) + delay_s, state.paused_until) - time.monotonic())
                    await begun.enter_async_context(self._active)
                    await begun.enter_async_context(self._share.use(state.slot, home))
                try:
                    yield
                finally:
                    state.last_end = time.monotonic()
                    alive()
        finally:
            state.waiting -= 1

    def __len__(self) -> int:
        return len(self._hosts)

    def pause(self, host: str, seconds: float, why: str) -> None:
        """Leave `host` alone for so long, as it asked."""
        state = self._state(host)
        state.paused_until = max(state.paused_until, time.monotonic() + min(seconds, MOST_PAUSE_S))
        state.why = why
        self._note(host, state, state.paused_until)

    def answered(self, host: str) -> None:
        """Note that `host` answered something."""
        state = self._state(host)
        state.failures = 0
        if state.is_noted and self._memory is not None:
            state.is_noted = False
            self._memory.note(host, None)

    def failed(self, host: str, why: str) -> None:
        """Note that `host` did not answer; from the fifth time in a row on it gets one try a minute."""
        state = self._state(host)
        state.failures += 1
        state.why = why
        if state.failures >= DOWN_AFTER:
            state.down_until = time.monotonic() + DOWN_FOR_S
            self._note(host, state, state.down_until, state.failures)

    def _note(self, host: str, state: _Host, until: float, failures: int = 0) -> None:
        if self._memory is not None:
            state.is_noted = True
            when = datetime.now(UTC) + timedelta(seconds=until - time.monotonic())
            self._memory.note(host, Pause(when, state.why, failures))

    def _state(self, host: str) -> _Host:
        if len(self._hosts) >= KEPT and host not in self._hosts:
            self._forget_idle()
        state = self._hosts.get(host) or self._hosts.setdefault(host, _Host(host))
        if self._memory is not None and (pause := self._memory.recall(host)):
            state.recall(pause)
        return state

    def _forget_idle(self) -> None:
        now = time.monotonic()
        idle = [
            h for h, s in self._hosts.items() if not s.waiting and max(s.last_end + REMEMBERED_S, s.paused_until) < now
        ]
        for host in idle:
            del self._hosts[host]
