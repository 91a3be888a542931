"""Builds a new generation beside the old ones and switches to it: readers see one or the other, writers lose nothing.

1. copy: everything, in the order in which it was written, while writes to the old go on;
2. catch up: what was written since, again and again, until that is little;
3. last pass: the old are closed for writing (writers wait and look again), the rest is copied, counts and a sample
   are compared, and one atomic step moves the alias;
4. the old are kept, closed, or deleted.

Every step can be done twice. So a run that was killed goes on where it was, whoever starts it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import structlog
from elasticsearch import AsyncElasticsearch, NotFoundError

from services.contracts.stamps import stamp
from services.index.analysis import detect_analysis
from services.index.generations import NOT_GONE, generations, is_generation, named, number
from services.index.mapping import mapping
from services.index.reindex_check import CheckFailed, check
from services.index.reindex_copy import pages, shards, write
from services.index.reindex_state import (
    Busy,
    State,
    load,
    meta,
    next_alias,
    owner_here,
    save,
    silent,
    take_over,
    ticket,
    tickets,
)
from services.index.setup import create
from services.index.writer import Writer
from services.runtime.errors import UsageError
from services.runtime.settings import Settings

SMALL = 500  # so few documents are copied in well under a second, which is as long as writers then wait
PASSES = 20
DRAIN_S = 20.0  # over the gateway's limit for one search: none still reads what is deleted
SAVE_EVERY = 20  # pages
Report = Callable[[str, int, int], None]
"""Told of progress: the phase, how much is done, of how much."""
log = structlog.get_logger()


def old_alias(alias: str) -> str:
    """The alias of generations that were replaced and kept."""
    return f"{alias}-old"


async def start(es: AsyncElasticsearch, settings: Settings, alias: str, source: str) -> State:
    """Go on with the reindex under way, or begin one. Raises Busy, UsageError."""
    if found := await load(es, alias):
        if found.source != source:
            raise UsageError(
                f"a reindex from {found.source} is under way; go on with --from {found.source}, or end it with --abort"
            )
        log.info("going on with a reindex", target=found.target, started_at=found.started_at)
        return await take_over(es, found)
    taken = (await es.indices.get(index=f"{alias}-*", expand_wildcards="all", features="aliases")).body
    target = named(alias, max(number(name) for name in taken if is_generation(alias, name)) + 1)
    state = State(target, source, owner=owner_here(), started_at=stamp(datetime.now(UTC)))
    body = mapping(await detect_analysis(es))
    body["mappings"]["_meta"]["reindex"] = meta(state)
    if not await create(es, settings, target, body, {next_alias(alias): {}}):
        raise Busy("another reindex began at the same moment; see 'newsloom reindex --status'")
    return state


async def finish(es: AsyncElasticsearch, alias: str, state: State, report: Report, *, drop_old: bool) -> dict[str, Any]:
    """Copy, catch up, check, switch. Raises CheckFailed, CopyError, Busy; the old generations stay and serve then."""
    result: dict[str, Any] = {"index": state.target}
    if state.target not in (await generations(es, alias)).names:
        state = await _catch_up(es, alias, state, report)
        result |= await _last_pass(es, alias, state, report)
    if drop_old:
        report("old generations", 0, 1)
        await asyncio.sleep(DRAIN_S)
    result["dropped" if drop_old else "kept"] = await (_drop if drop_old else kept)(es, alias)
    await _forget_state(es, alias, state)
    return result


async def abort(es: AsyncElasticsearch, alias: str) -> str | None:
    """Give a reindex up: the old generations stay, open to writers. The name of what was deleted. Raises UsageError."""
    state = await load(es, alias)
    if state is None:
        return None
    if state.target in (await generations(es, alias)).names:
        raise UsageError(f"{state.target} is in use already; run 'newsloom reindex' once more to finish")
    await _reopen(es, alias, state)
    await es.indices.delete(index=state.target)
    return state.target


async def heal(es: AsyncElasticsearch, alias: str) -> None:
    """Open the old generations when a run died that had closed them; it can go on later nevertheless."""
    state = await load(es, alias)
    if state and silent(state) and await tickets(es, alias):
        log.warning("a reindex died in its last pass; writers go on", owner=state.owner)
        await _reopen(es, alias, state)


async def status(es: AsyncElasticsearch, alias: str) -> dict[str, Any]:
    """What is behind the alias, what is being built and how far it is, and what is kept of old."""
    known = await generations(es, alias)
    found: dict[str, Any] = {"generations": list(known.names), "written": known.write, "old": await kept(es, alias)}
    if state := await load(es, alias):
        done, total = await _progress(es, alias, state)
        running = {"index": state.target, "source": state.source, "started_at": state.started_at, "owner": state.owner}
        found["reindex"] = {**running, "last_heard_of": state.beat, "copied": done, "of": total}
    return found


async def drop_kept(es: AsyncElasticsearch, alias: str) -> list[str]:
    """Delete the generations that were kept when others replaced them."""
    return await _drop(es, alias)


async def _catch_up(es: AsyncElasticsearch, alias: str, state: State, report: Report) -> State:
    for turn in range(PASSES):
        state, copied = await _pass(es, alias, state, "copy" if turn == 0 else "catch up", report)
        if turn and copied <= SMALL:
            break
    return state


async def _pass(
    es: AsyncElasticsearch, alias: str, state: State, phase: str, report: Report, *, last: bool = False
) -> tuple[State, int]:
    """Copy what was written since the pass before; the state afterwards, and how many documents that were."""
    copied = 0
    done, total = await _progress(es, alias, state)
    # What was rebuilt from the topic is not undone by a copy of the same version; what is written meanwhile counts.
    replace_same = state.source == "elasticsearch" or phase != "copy"
    writer = Writer(es)
    for index in sorted((await generations(es, alias)).names):
        for shard, (settled, highest) in (await shards(es, index)).items():
            upto = highest if last else settled
            await es.indices.refresh(index=index)
            turn = 0
            async for page in pages(es, index, shard, state.reached(index, shard), upto):
                await write(writer, state.target, page, replace_same=replace_same)
                done += page[-1]["_seq_no"] - state.reached(index, shard)
                copied += len(page)
                state = state.seen(index, shard, page[-1]["_seq_no"])
                report(phase, done, max(done, total))
                turn += 1
                if turn % SAVE_EVERY == 0:
                    await save(es, state)
            state = state.seen(index, shard, max(upto, state.reached(index, shard)))
    await save(es, state)
    return state, copied


async def _last_pass(es: AsyncElasticsearch, alias: str, state: State, report: Report) -> dict[str, Any]:
    """With the old closed for writing: copy the rest, check, switch. They are open again when anything fails."""
    may_switch = ticket(alias, state.owner)
    await save(es, state)
    await es.indices.update_aliases(actions=[{"add": {"index": state.target, "alias": may_switch}}])
    try:
        old = (await generations(es, alias)).names
        for name in old:  # waits until writes that are under way are through
            await es.indices.add_block(index=name, block="write")
        report("last pass", 0, 1)
        state, _ = await _pass(es, alias, state, "last pass", report, last=True)
        await es.indices.refresh(index=state.target)
        report("check", 0, 1)
        checked = await check(es, old, state.target, whole=state.source == "elasticsearch")
        await save(es, state)
        report("switch", 1, 1)
        await es.indices.update_aliases(actions=_switch(alias, old, state.target, may_switch))
    except BaseException as error:
        # Also when we are told to stop: nothing may stay closed. A run killed with -9 is healed by the index service.
        await asyncio.shield(_reopen(es, alias, state))
        if isinstance(error, CheckFailed):
            await save(es, replace(state, copied={}))  # the next run copies all again
        raise
    return checked


def _switch(alias: str, old: tuple[str, ...], target: str, may_switch: str) -> list[dict[str, Any]]:
    """One atomic step: from the old generations to the new one, if this run still holds the ticket."""
    return [
        {"remove": {"index": target, "alias": may_switch, "must_exist": True}},
        *({"remove": {"index": name, "alias": alias, "must_exist": True}} for name in old),
        *({"add": {"index": name, "alias": old_alias(alias)}} for name in old),
        {"add": {"index": target, "alias": alias, "is_write_index": True, "filter": NOT_GONE}},
    ]


async def _reopen(es: AsyncElasticsearch, alias: str, state: State) -> None:
    """Take every ticket, then let writers write to what the alias names."""
    if taken := await tickets(es, alias):
        await es.indices.update_aliases(actions=[{"remove": {"index": state.target, "aliases": taken}}])
    names = (await generations(es, alias)).names
    await es.indices.put_settings(index=list(names), settings={"index.blocks.write": None})


async def _progress(es: AsyncElasticsearch, alias: str, state: State) -> tuple[int, int]:
    done = total = 0
    for index in (await generations(es, alias)).names:
        for shard, (_, highest) in (await shards(es, index)).items():
            done += state.reached(index, shard) + 1
            total += highest + 1
    return done, total


async def kept(es: AsyncElasticsearch, alias: str) -> list[str]:
    """Generations that others replaced and that are still there, closed for writing."""
    try:
        return sorted((await es.indices.get_alias(name=old_alias(alias))).body)
    except NotFoundError:
        return []


async def _drop(es: AsyncElasticsearch, alias: str) -> list[str]:
    names = await kept(es, alias)
    if names:
        await es.indices.delete(index=names)
    return names


async def _forget_state(es: AsyncElasticsearch, alias: str, state: State) -> None:
    await es.indices.update_aliases(actions=[{"remove": {"index": state.target, "alias": next_alias(alias)}}])
