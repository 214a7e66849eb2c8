"""Notices that could not be understood are kept, few and for a while, in either database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from proxy.storage.database import Database
from proxy.storage.errors import UnknownDeliveryError
from proxy.storage.outbox.operator import DatabaseDeliveries
from proxy.storage.outbox.refused import MOST_REFUSED, Refusal, RefusedNotices
from tests.storage.conftest import HandClock


def refuse(query: str = "order_number=1001", body: str = "<SKU>A</SKU>") -> Refusal:
    return Refusal(status=400, reason="body: expected XML", query=query, body=body, size=9)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def database(migrated_url: str, clock: HandClock) -> AsyncIterator[Database]:
    async with Database.open(migrated_url, clock=clock) as database:
        yield database


async def test_what_looks_the_same_is_one_that_is_counted(
    database: Database, clock: HandClock
) -> None:
    kept, began = RefusedNotices(database), clock()
    await kept.keep("north", refuse())
    clock.forward(60)
    await kept.keep("north", refuse())
    await kept.keep("south", refuse())
    await kept.keep("north", refuse(query="order_number=1002"))
    other, south, first = await kept.list_kept()
    assert (first.times, other.times, south.times) == (2, 1, 1)
    assert (first.first_seen, first.last_seen) == (began, clock())
    assert first.refusal == refuse()
    assert await kept.get(first.id) == first
    assert [notice.id for notice in await kept.list_kept("north")] == [other.id, first.id]


async def test_of_too_many_in_one_store_those_seen_last_stay(
    database: Database, clock: HandClock
) -> None:
    kept = RefusedNotices(database)
    await kept.keep("south", refuse())
    for number in range(MOST_REFUSED + 2):
        clock.forward(1)
        await kept.keep("north", refuse(query=str(number)))
    queries = [notice.refusal.query for notice in await kept.list_kept("north")]
    assert queries == [str(number) for number in range(MOST_REFUSED + 1, 1, -1)]
    assert len(await kept.list_kept("south")) == 1


async def test_they_are_forgotten_with_the_buyers_data(
    database: Database, clock: HandClock
) -> None:
    kept = RefusedNotices(database)
    await kept.keep("north", refuse())
    clock.forward(3600)
    await kept.keep("north", refuse(query="order_number=1002"))
    await DatabaseDeliveries(database).purge(clock() - timedelta(seconds=1))
    (left,) = await kept.list_kept()
    assert left.refusal.query == "order_number=1002"


async def test_a_number_that_none_has_is_an_error(database: Database) -> None:
    with pytest.raises(UnknownDeliveryError, match="there is no refused notice 7"):
        await RefusedNotices(database).get(7)
