"""What a reindex has done so far, kept in the new index itself, so that whoever runs it again goes on from there.

The alias `…-next` names the index that is being built; its mapping's `_meta.reindex` holds the state. A run that may
switch holds a *ticket*: an alias of its own on that index, which the switch takes away in the same atomic step. Who
unblocks the writers takes the ticket first; so a run that was overtaken can no longer switch, however late it wakes.
"""

import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import psutil
from elasticsearch import AsyncElasticsearch, NotFoundError

from services.contracts.stamps import stamp
from services.runtime.errors import NewsloomError

LEASE_S = 60.0
"""A run that has not been heard of for so long is taken for dead."""


class Busy(NewsloomError):
    """Another process is at it."""


@dataclass(frozen=True)
class State:
    """How far building `target` has come: sequence numbers copied, by index and shard; offsets read, by partition."""

    target: str
    source: str
    copied: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    offsets: Mapping[str, int] = field(default_factory=dict)
    owner: str = ""
    beat: str = ""
    started_at: str = ""

    def seen(self, index: str, shard: str, seq_no: int) -> "State":
        """The state once all of that shard up to `seq_no` is copied."""
        return replace(self, copied={**self.copied, index: {**self.copied.get(index, {}), shard: seq_no}})

    def reached(self, index: str, shard: str) -> int:
        """Up to where that shard is copied; -1 for nothing."""
        return self.copied.get(index, {}).get(shard, -1)


def next_alias(alias: str) -> str:
    """The alias of the index that is being built."""
    return f"{alias}-next"


def ticket(alias: str, owner: str) -> str:
    """The alias that lets this run switch."""
    return f"{alias}-switch-{owner.rpartition(':')[2]}"


async def tickets(es: AsyncElasticsearch, alias: str) -> list[str]:
    """The tickets that are out. (A HEAD request with a wildcard says yes to nothing at all.)"""
    found = (await es.indices.get_alias(name=f"{alias}-switch-*")).body
    return sorted({name for index in found.values() for name in index["aliases"]})


def owner_here() -> str:
    """HOST:PID:START:TOKEN of this run."""
    started = int(psutil.Process().create_time())
    return f"{socket.gethostname()}:{os.getpid()}:{started}:{secrets.token_hex(4)}"


async def load(es: AsyncElasticsearch, alias: str) -> State | None:
    """The reindex under way, if there is one."""
    try:
        found = (await es.indices.get_mapping(index=next_alias(alias))).body
    except NotFoundError:
        return None
    target, index = next(iter(found.items()))
    return State(target=target, **index["mappings"]["_meta"]["reindex"])


def meta(state: State) -> dict[str, Any]:
    """What is kept of the state, with the time as the beat."""
    kept = {name: value for name, value in vars(state).items() if name != "target"}
    return {**kept, "beat": stamp(datetime.now(UTC))}


async def save(es: AsyncElasticsearch, state: State) -> None:
    """Keep the state. Raises Busy when another run has taken over meanwhile."""
    found = (await es.indices.get_mapping(index=state.target)).body[state.target]["mappings"]["_meta"]
    if found["reindex"]["owner"] != state.owner:
        raise Busy(f"another run has taken this reindex over ({found['reindex']['owner']})")
    await es.indices.put_mapping(index=state.target, meta={**found, "reindex": meta(state)})


async def take_over(es: AsyncElasticsearch, state: State) -> State:
    """Make this run the owner. Raises Busy while the owner lives."""
    if state.owner and _lives(state):
        raise Busy(f"a reindex is running already ({state.owner}); see 'newsloom reindex --status'")
    mine = replace(state, owner=owner_here())
    found = (await es.indices.get_mapping(index=state.target)).body[state.target]["mappings"]["_meta"]
    await es.indices.put_mapping(index=state.target, meta={**found, "reindex": meta(mine)})
    return mine


def silent(state: State) -> bool:
    """Whether nothing was heard of the run for longer than its lease."""
    return (datetime.now(UTC) - datetime.fromisoformat(state.beat)).total_seconds() > LEASE_S


def _lives(state: State) -> bool:
    host, pid, started, _ = state.owner.split(":")
    if host == socket.gethostname() and int(pid) != os.getpid():
        try:  # on this machine we can look; a number that was given to another process since does not count
            return int(psutil.Process(int(pid)).create_time()) == int(started)
        except psutil.Error:
            return False
    return host != socket.gethostname() and not silent(state)
