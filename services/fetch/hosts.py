"""Manners towards one host: one request at once, a delay between two, pauses it asks for, and rest when it is down.

Over all workers, where there are leases of hosts (host_leases.py); else over this process.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.fetch.host import NEVER, Host
from services.fetch.host_leases import HOLD_S, IDLE_S, HostLeases
from services.runtime.alive import alive, rest

MAX_ACTIVE = 64
"""Requests at once over all hosts; bounds memory and file descriptors."""
DOWN_AFTER = 5
DOWN_FOR_S = 60.0
KEPT = 10_000
REMEMBERED_S = 300.0
"""How long a host is remembered at least, once there are many."""


class Hosts:
    """The state of every host met lately. Hosts are told apart by name; ports share."""

    def __init__(self, leases: HostLeases | None = None) -> None:
        self._leases = leases
        self._hosts: dict[str, Host] = {}
        self._active = asyncio.Semaphore(MAX_ACTIVE)

    @asynccontextmanager
    async def turn(self, host: str, delay_s: float) -> AsyncIterator[None]:
        """Wait until `host` may be asked, at least `delay_s` after its last answer ended.

        Raises HostDown, Paused; and Unavailable when the host's lease can not be had.
        Turns go in the order of arrival; the wait is as long as the queue.
        """
        state = self._state(host)
        state.waiting += 1
        try:
            async with state.turn, self._ready(host, state, delay_s):
                try:
                    yield
                finally:
                    state.last_end = time.monotonic()
                    alive()
        finally:
            state.waiting -= 1

    @asynccontextmanager
    async def _ready(self, host: str, state: Host, delay_s: float) -> AsyncIterator[None]:
        """Wait until the host is ours, its delay is over and there is room; again if the lease got short meanwhile."""
        while True:
            state.refuse(host)
            await self._hold(host, state)
            state.refuse(host)
            await rest(max(state.last_end + delay_s, state.paused_until) - time.monotonic())
            async with self._active:
                if self._lasts(state):
                    yield
                    return

    def _lasts(self, state: Host) -> bool:
        return self._leases is None or time.monotonic() + self._leases.request_s < state.held_until

    async def _hold(self, host: str, state: Host) -> None:
        """Have the host's lease. One that was held for long goes to whoever waits for it."""
        if self._leases is None or (self._lasts(state) and time.monotonic() < state.held_since + HOLD_S):
            return
        await self._give_back(host, state)
        state.held_until, known = await self._leases.claim(host)
        state.held_since = time.monotonic()
        state.take_over(known)

    async def _give_back(self, host: str, state: Host) -> None:
        if self._leases is not None and state.held_until > NEVER:
            await self._leases.give_back(host, state.handover())
            state.held_until = NEVER

    async def give_back_idle(self, idle_s: float = IDLE_S) -> None:
        """Let other workers have the hosts that nobody here asked for lately."""
        for host, state in list(self._hosts.items()):
            if state.held_until > NEVER and not state.waiting and state.last_end + idle_s <= time.monotonic():
                async with state.turn:
                    await self._give_back(host, state)

    async def give_back_for_ever(self) -> None:
        """Do so every second, until cancelled."""
        while True:
            await asyncio.sleep(IDLE_S)
            await self.give_back_idle()

    def __len__(self) -> int:
        return len(self._hosts)

    def pause(self, host: str, seconds: float, why: str) -> None:
        """Leave `host` alone for so long, as it asked."""
        state = self._state(host)
        state.paused_until = max(state.paused_until, time.monotonic() + seconds)
        state.why = why

    def answered(self, host: str) -> None:
        """Note that `host` answered something."""
        self._state(host).failures = 0

    def failed(self, host: str, why: str) -> None:
        """Note that `host` did not answer; from the fifth time in a row on it gets one try a minute."""
        state = self._state(host)
        state.failures += 1
        state.why = why
        if state.failures >= DOWN_AFTER:
            state.down_until = time.monotonic() + DOWN_FOR_S

    def _state(self, host: str) -> Host:
        if len(self._hosts) >= KEPT and host not in self._hosts:
            self._forget_idle()
        return self._hosts.setdefault(host, Host())

    def _forget_idle(self) -> None:
        now = time.monotonic()
        idle = [
            h
            for h, s in self._hosts.items()
            if not s.waiting and max(s.last_end + REMEMBERED_S, s.paused_until, s.held_until) < now
        ]
        for host in idle:
            del self._hosts[host]
