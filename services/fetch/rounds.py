"""A poll in parts: each worker reads of a source's lists what is on its sites, and leaves the rest to the others
(docs/decisions/017-one-worker-a-site.md). Pure."""

from collections.abc import Sequence
from datetime import datetime

from services.contracts.sources import Leg, Round, SourceRecord, SourceState, Told
from services.fetch.novelty import Listed, memory


def begun(source: SourceRecord) -> Round:
    """The round that is under way, with what is left of it; or a new one, with every list."""
    before = source.state.round
    left = [leg for leg in before.left if leg.is_part or leg.url in source.lists] if before else []
    if before and left:  # people may have changed the lists meanwhile
        return before.model_copy(update={"left": tuple(left)})
    return Round(left=tuple(Leg(url=url) for url in source.lists))


def listed_before(round_: Round) -> list[Listed]:
    """What the other parts of a round gave, without the items, which were published."""
    return [Listed(**told.model_dump()) for told in round_.told]


def handed_on(
    source: SourceRecord,
    round_: Round,
    listed: Sequence[Listed],
    left: Sequence[Leg],
    news: int,
    again: int,
    now: datetime,
) -> SourceState:
    """The state after a part that left something: due at once, for whoever has the site of what is left first."""
    told = [Told(url=e.url, error=e.error, warning=e.warning, is_gone=e.is_gone, fresh_s=e.fresh_s) for e in listed]
    so_far = Round(
        left=tuple(left), told=(*round_.told, *told), news=round_.news + news, changed=round_.changed + again
    )
    return source.state.model_copy(update={**memory(source, listed), "round": so_far, "next_poll": now})
