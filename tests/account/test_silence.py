"""When ShipStation stops polling a store it is asked to refresh it once, and then there is an
alarm; a night of few polls is neither.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from proxy.account.client import AccountClient
from proxy.operator.status.alarms import list_alarms
from proxy.operator.status.reading import read_status
from proxy.simulator.account.traits import Traits
from proxy.storage.database import Database
from tests.account.stage import Front, open_client, open_front
from tests.past_polls import add_polls

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Silence:
    """A store whose polls are as the test says, and what Portside makes of it."""

    def __init__(self, front: Front, client: AccountClient, database: Database) -> None:
        self.front = front
        self._client = client
        self._database = database

    async def poll(self, *ages: timedelta) -> None:
        await add_polls(self._database, "north", ages)

    async def live(self, span: timedelta, step: timedelta = MINUTE) -> tuple[int, int]:
        """Let time pass; at how many looks there was an alarm, and how many refreshes there have
        been.
        """
        refresher, alarms = self.front.build_refresher(self._database), 0
        for _ in range(int(span / step)):
            await self.front.account.advance(step)
            await refresher.break_silence(self._client, self.front.store)
            alarms += len(list_alarms(await read_status(self._database, ["north"])))
        return alarms, len(self.front.list_refreshes())


@asynccontextmanager
async def open_silence(url: str, **refresh: object) -> AsyncIterator[Silence]:
    # ShipStation heeds no refresh: the test says when it polls.
    traits = Traits(limit=10_000, refresh_after=100 * HOUR)
    async with (
        open_front(url, traits=traits, account={"refresh": refresh}) as front,
        open_client(front.account, url) as (client, _),
        Database.open(url, clock=front.account.clock) as database,
    ):
        yield Silence(front, client, database)


async def test_after_three_usual_intervals_one_refresh_and_then_the_alarm(kept_url: str) -> None:
    async with open_silence(kept_url) as silence:
        await silence.poll(*(HOUR * n for n in range(72)))
        assert await silence.live(3 * HOUR - 3 * MINUTE, 19 * MINUTE) == (0, 0)
        assert await silence.live(15 * MINUTE) == (0, 1)
        assert await silence.live(HOUR, 20 * MINUTE) == (3, 1)
        # What stops again later is refreshed again.
        await silence.poll(timedelta(0))
        assert await silence.live(2 * HOUR, HOUR) == (0, 1)
        assert await silence.live(2 * HOUR, HOUR) == (1, 2)


async def test_a_refresh_that_shipstation_heeds_is_no_alarm(kept_url: str) -> None:
    async with open_silence(kept_url) as silence:
        await silence.poll(*(HOUR * n for n in range(72)))
        assert await silence.live(3 * HOUR, 10 * MINUTE) == (0, 1)
        await silence.poll(timedelta(0))
        assert await silence.live(2 * HOUR, 10 * MINUTE) == (0, 1)


@pytest.mark.parametrize("night", [HOUR, 3 * HOUR])
async def test_a_night_of_few_polls_after_a_day_of_refreshes_is_no_alarm(
    kept_url: str, night: timedelta
) -> None:
    async with open_silence(kept_url) as silence:
        await silence.poll(*build_days(night))
        for _ in range(int(8 * HOUR / night)):
            assert await silence.live(night, night / 6) == (0, 0)
            await silence.poll(timedelta(0))


def build_days(night: timedelta) -> Sequence[timedelta]:
    """Three days of polls every two minutes, but for eight hours each night; the last day ends
    now.
    """
    day, busy = 24 * HOUR, 16 * HOUR
    by_day = [n * 2 * MINUTE for n in range(int(busy / (2 * MINUTE)))]
    by_night = [busy + n * night for n in range(int(8 * HOUR / night))]
    return [days * day + age for days in range(3) for age in (*by_day, *by_night)]


async def test_it_can_be_switched_off(kept_url: str) -> None:
    async with open_silence(kept_url, on_silence=False) as silence:
        await silence.poll(*(HOUR * n for n in range(72)))
        assert await silence.live(4 * HOUR, HOUR) == (1, 0)
