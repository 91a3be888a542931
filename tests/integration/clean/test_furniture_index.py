"""What hosts are remembered by, in the real Elasticsearch: several writers, a restart, a bound."""

import asyncio

import pytest
from elasticsearch import AsyncElasticsearch
from support.followed import ENDING, HOST, ordinary

from services.clean.furniture_index import AT_ONCE, FurnitureIndex
from services.clean.learned import extraction
from services.clean.learning import Asked, Learning, learnt
from services.clean.limits import CleanLimits
from services.clean.sightings import LEAST, Memory, Sighting, key_of, merged, recurring
from services.contracts import indices
from services.runtime.each import each
from services.runtime.elastic import async_client
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings
from services.runtime.stage import Forward, Outcome

pytestmark = pytest.mark.stack
LIMITS = CleanLimits()


@pytest.fixture
def index(es: AsyncElasticsearch, settings: Settings) -> FurnitureIndex:
    return FurnitureIndex(es, settings)


def seen(*numbers: int) -> Memory:
    return merged(one for n in numbers if (one := extraction(ordinary(n), LIMITS, {}).seen))


async def work(asked: list[Asked]) -> list[Outcome]:
    """What worker processes do, in this one."""
    return each(lambda one: learnt(one, LIMITS), asked)


def bodies(outcomes: list[Outcome]) -> list[str]:
    return [one.message.body for one in outcomes if type(one) is Forward]


async def test_nothing_is_there_at_first(index: FurnitureIndex) -> None:
    assert await index.load({HOST, "other.example"}) == {HOST: (), "other.example": ()}
    assert await index.prune() == 0
    assert await index.save({}) == {}


async def test_what_two_know_is_joined(index: FurnitureIndex) -> None:
    assert await index.save({HOST: seen(1, 2)}) == {HOST: seen(1, 2)}
    assert await index.save({HOST: seen(2, 3, 4)}) == {HOST: seen(1, 2, 3, 4)}
    assert (await index.load({HOST}))[HOST] == seen(1, 2, 3, 4)
    assert key_of(ENDING) in recurring((await index.load({HOST}))[HOST])


async def test_writers_at_the_same_time_lose_nothing(index: FurnitureIndex, settings: Settings) -> None:
    async def until_kept(number: int) -> None:
        while HOST not in await index.save({HOST: seen(number)}):
            pass

    await index.save({HOST: seen(0)})
    await asyncio.gather(*(until_kept(number) for number in range(1, 9)))
    assert (await index.load({HOST}))[HOST] == seen(*range(9))


async def test_hosts_beyond_a_number_go_the_oldest_first(
    index: FurnitureIndex, es: AsyncElasticsearch, settings: Settings
) -> None:
    await index.save({f"{n}.example": (Sighting(n, "a", lines="b"),) for n in range(2 * AT_ONCE + 5)})
    await es.indices.refresh(index=settings.name(indices.FURNITURE))
    assert await index.prune(2 * AT_ONCE) == 5
    left = await index.load({"4.example", "5.example"})
    assert left == {"4.example": (), "5.example": (Sighting(5, "a", lines="b"),)}


async def test_a_document_of_another_form_is_made_anew(
    index: FurnitureIndex, es: AsyncElasticsearch, settings: Settings
) -> None:
    await index.save({HOST: seen(1)})
    await es.index(index=settings.name(indices.FURNITURE), id=HOST, document={"at": 1, "articles": [{"of": "later"}]})
    assert (await index.load({HOST}))[HOST] == ()
    assert await index.save({HOST: seen(2)}) == {HOST: seen(2)}


async def test_two_workers_learn_from_each_other_and_a_third_starts_where_they_were(index: FurnitureIndex) -> None:
    one, other = Learning(work, index), Learning(work, index)
    await one.process([ordinary(n) for n in range(2)])
    await other.process([ordinary(n) for n in range(2, LEAST)])
    for learner in (one, other):
        await learner.keep()
    assert ENDING in bodies(await one.process([ordinary(10)]))[0], "what others saw comes with the next writing"
    await one.keep()
    assert ENDING not in bodies(await one.process([ordinary(11)]))[0]
    assert ENDING not in bodies(await Learning(work, index).process([ordinary(12)]))[0]


async def test_without_elasticsearch_it_learns_for_itself(settings: Settings) -> None:
    es = async_client(settings.model_copy(update={"elasticsearch": "http://127.0.0.1:9"}))
    try:
        learner = Learning(work, FurnitureIndex(es, settings))
        made = bodies([one for n in range(6) for one in await learner.process([ordinary(n)])])
        assert [ENDING in body for body in made] == [True] * 4 + [False] * 2
        with pytest.raises(Unavailable):
            await learner.keep()
    finally:
        await es.close()


async def test_what_could_not_be_kept_is_kept_later(settings: Settings, index: FurnitureIndex) -> None:
    broken = async_client(settings.model_copy(update={"elasticsearch": "http://127.0.0.1:9"}))
    learner = Learning(work, FurnitureIndex(broken, settings))
    await learner.process([ordinary(1)])
    with pytest.raises(Unavailable):
        await learner.keep()
    await broken.close()
    learner._index = index
    await learner.keep()
    assert (await index.load({HOST}))[HOST] == seen(1)


async def test_a_page_from_the_future_is_of_today(index: FurnitureIndex) -> None:
    learner = Learning(work, index)
    ahead = ordinary(1).model_copy(update={"fetched_at": ordinary(1).fetched_at.replace(year=9000)})
    await learner.process([ahead])
    await learner.keep()
    (kept,) = (await index.load({HOST}))[HOST]
    assert kept.at < ahead.fetched_at.timestamp()
