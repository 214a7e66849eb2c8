import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from connectors.testing.clock import Clock
from proxy.simulator.account.agenda import Agenda
from tests.simulator.account.stage import MINUTE, NOW


async def test_actions_happen_at_their_time_in_order_and_may_plan_others() -> None:
    agenda = Agenda(Clock(NOW))
    seen: list[tuple[str, datetime]] = []

    async def repeat() -> None:
        seen.append(("repeat", agenda.clock()))
        agenda.plan(agenda.clock() + 2 * MINUTE, repeat)

    async def happen() -> None:
        seen.append(("happen", agenda.clock()))

    agenda.plan(NOW + 2 * MINUTE, repeat)
    agenda.plan(NOW + MINUTE, happen)
    agenda.plan(NOW + 2 * MINUTE, happen)
    agenda.plan(NOW - MINUTE, happen)
    await agenda.advance(5 * MINUTE)
    minutes = [(name, (at - NOW) // MINUTE) for name, at in seen]
    assert minutes == [("happen", 0), ("happen", 1), ("repeat", 2), ("happen", 2), ("repeat", 4)]
    assert agenda.clock() == NOW + 5 * MINUTE
    assert agenda.find_due() == NOW + 6 * MINUTE


async def test_by_a_clock_that_runs_things_happen_when_due_also_what_is_planned_meanwhile() -> None:
    agenda = Agenda(lambda: datetime.now(UTC))
    done = asyncio.Event()

    async def finish() -> None:
        done.set()

    following = asyncio.create_task(agenda.follow())
    await asyncio.sleep(0)
    agenda.plan(agenda.clock() + timedelta(hours=1), finish)
    await asyncio.sleep(0)
    agenda.plan(agenda.clock() + timedelta(milliseconds=20), finish)
    async with asyncio.timeout(30):
        await done.wait()
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following
    with pytest.raises(TypeError, match="a clock that can be set"):
        await agenda.advance(MINUTE)
