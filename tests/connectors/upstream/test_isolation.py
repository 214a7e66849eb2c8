"""A failing part costs the order that asked for it, unless the shop fails for all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from connectors.errors import (
    AuthenticationError,
    CircuitOpenError,
    ConnectorError,
    PartError,
    RefusedError,
    ThrottledError,
    UnavailableError,
)
from connectors.upstream.isolation import Isolation

DOWN = UnavailableError("GET /orders/7/refunds: the shop answered 500.")


class Hands:
    """A clock set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Shop:
    """Parts by number that fail or answer; `log` is what was asked for."""

    def __init__(self, *broken: int) -> None:
        self.broken = set(broken)
        self.log: list[int | str] = []
        self.alive = True
        self.asked = asyncio.Event()

    def part(self, number: int) -> Callable[[], Awaitable[int]]:
        async def fetch() -> int:
            self.log.append(number)
            self.asked.set()
            await asyncio.sleep(0)
            if number in self.broken or not self.alive:
                raise UnavailableError(f"part {number}: the shop answered 500.")
            return number

        return fetch

    async def probe(self) -> str:
        self.log.append("probe")
        if not self.alive:
            raise UnavailableError("the shop is down")
        return "a row"


async def ask(isolation: Isolation, shop: Shop, number: int) -> int | ConnectorError:
    try:
        return await isolation.fetch("refunds", shop.part(number), probe=shop.probe)
    except ConnectorError as error:
        return error


async def test_a_part_that_fails_beside_others_is_its_orders_fault_without_a_probe() -> None:
    shop, isolation = Shop(1, 4), Isolation()
    found = await asyncio.gather(*(ask(isolation, shop, number) for number in range(6)))
    assert [number for number in found if isinstance(number, int)] == [0, 2, 3, 5]
    assert isinstance(found[1], PartError)
    assert isinstance(found[4], PartError)
    assert "part 4: the shop answered 500" in str(found[4])
    assert len(shop.log) == 6


async def test_a_part_that_fails_alone_is_judged_by_one_probe() -> None:
    shop = Shop(1)
    assert isinstance(await ask(Isolation(), shop, 1), PartError)
    assert shop.log == [1, "probe"]


async def test_a_shop_that_answers_nothing_is_an_outage_with_its_own_error() -> None:
    shop, isolation = Shop(), Isolation()
    shop.alive = False
    found = await asyncio.gather(*(ask(isolation, shop, number) for number in range(4)))
    assert [type(error) for error in found] == [UnavailableError] * 4
    assert shop.log.count("probe") == 1


async def test_many_bad_parts_do_not_make_an_outage_while_one_answers() -> None:
    shop, isolation = Shop(*range(1, 90)), Isolation()
    found = await asyncio.gather(*(ask(isolation, shop, number) for number in range(90)))
    assert [type(error) for error in found[1:]] == [PartError] * 89


async def test_parts_that_all_fail_and_never_answered_are_judged_by_one_probe() -> None:
    """As in the first window after a restart, when only bad orders are left to be asked for."""
    shop, isolation = Shop(*range(9)), Isolation()
    found = await asyncio.gather(*(ask(isolation, shop, number) for number in range(9)))
    assert {type(error) for error in found} == {PartError}
    assert shop.log.count("probe") == 1


@pytest.mark.parametrize("bad", [1, 9])
async def test_parts_that_fail_alone_however_often_are_no_outage(bad: int) -> None:
    shop, clock = Shop(*range(bad)), Hands()
    isolation = Isolation(clock=clock)
    for poll in range(20):
        clock.now += 300
        assert isinstance(await ask(isolation, shop, poll % bad), PartError)


async def test_after_a_minute_a_part_that_was_sound_is_asked_for_again() -> None:
    shop, clock = Shop(), Hands()
    isolation = Isolation(clock=clock)
    assert await ask(isolation, shop, 1) == 1
    shop.broken = {2}
    clock.now += 61
    assert isinstance(await ask(isolation, shop, 2), PartError)
    assert shop.log == [1, 2, 1]
    shop.alive = False
    clock.now += 61
    assert isinstance(await ask(isolation, shop, 3), UnavailableError)
    assert "probe" not in shop.log


async def test_a_part_that_was_sound_and_broke_makes_no_outage() -> None:
    shop, clock = Shop(), Hands()
    isolation = Isolation(clock=clock)
    await ask(isolation, shop, 1)
    await ask(isolation, shop, 2)
    shop.broken = {1, 3}
    clock.now += 61
    assert isinstance(await ask(isolation, shop, 3), PartError)


@pytest.mark.parametrize(
    "error",
    [
        AuthenticationError("no", status=403),
        ThrottledError("slow down"),
        CircuitOpenError("left alone"),
        UnavailableError("no connection", reached=False),
        RefusedError("no", status=404),
    ],
)
async def test_some_errors_are_passed_on_as_they_are(error: ConnectorError) -> None:
    async def fail() -> None:
        raise error

    shop, isolation = Shop(), Isolation()
    await ask(isolation, shop, 1)
    with pytest.raises(type(error)) as caught:
        await isolation.fetch("refunds", fail, probe=shop.probe)
    assert caught.value is error


async def test_what_came_with_a_page_speaks_for_parts_that_all_fail() -> None:
    shop, isolation = Shop(*range(1, 9)), Isolation()
    isolation.note_sound("refunds", shop.part(0))
    found = await asyncio.gather(*(ask(isolation, shop, number) for number in range(1, 9)))
    assert {type(error) for error in found} == {PartError}
    assert shop.log.count(0) == 1


async def test_kinds_are_told_apart() -> None:
    shop, isolation = Shop(), Isolation()
    await ask(isolation, shop, 1)

    async def fail() -> None:
        raise DOWN

    with pytest.raises(PartError):
        await isolation.fetch("notes", fail, probe=shop.probe)
    assert shop.log == [1, "probe"]


async def test_a_part_that_is_given_up_leaves_nobody_waiting() -> None:
    shop, isolation, started = Shop(1), Isolation(), asyncio.Event()

    async def hang() -> None:
        started.set()
        await asyncio.Event().wait()

    hanging = asyncio.ensure_future(isolation.fetch("refunds", hang, probe=shop.probe))
    await started.wait()
    failing = asyncio.ensure_future(ask(isolation, shop, 1))
    await shop.asked.wait()
    hanging.cancel()
    assert isinstance(await asyncio.wait_for(failing, 5), PartError)
