"""Which sites are this worker's, and how they change hands."""

import asyncio

import pytest

from services.contracts.sites import SLOTS
from services.runtime import share as module
from services.runtime.share import NotOurs, Share


async def test_shares_of_all_workers_are_everything_once() -> None:
    shares = [Share() for _ in range(3)]
    for number, share in enumerate(shares):
        await share.assigned(range(number, 8, 3), 8)
    assert sorted(slot for share in shares for slot in share.slots) == list(range(SLOTS))
    assert [share.is_whole for share in shares] == [False] * 3


async def test_what_is_not_ours_is_not_asked_unless_something_of_ours_leads_there() -> None:
    share = Share()
    await share.assigned([0], 2)
    async with share.use(2), share.use(3, home=2):
        pass
    for slot, home in ((3, None), (3, 3)):
        with pytest.raises(NotOurs):
            async with share.use(slot, home):
                pass


async def test_nothing_is_asked_before_partitions_are_given() -> None:
    share = Share()
    asking = asyncio.create_task(share.use(0).__aenter__())
    await asyncio.sleep(0)
    assert not asking.done()
    await share.assigned([0], 1)
    await asking


async def test_partitions_change_hands_once_requests_have_ended() -> None:
    share = Share(whole=True)
    request = share.use(5)
    await request.__aenter__()
    giving = asyncio.create_task(share.revoked())
    late = asyncio.create_task(share.use(5).__aenter__())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not giving.done()
    await request.__aexit__(None, None, None)
    await giving
    assert not late.done()
    await share.assigned([0], 2)
    with pytest.raises(NotOurs):
        await late
    assert share.dealt == 1


async def test_a_request_that_does_not_end_holds_nobody_up_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HANDOVER_S", 0.01)
    share = Share(whole=True)
    async with share.use(5):
        await share.revoked()
