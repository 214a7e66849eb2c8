"""A label that is voided after the shop heard of it is taken out of the shop once, and a person
hears of it where the shop does not take it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.errors import ConflictError, UnavailableError
from connectors.interface import ShipOutcome
from connectors.shipments import Shipment
from proxy.simulator.account.traits import Fate
from tests.account.desk import Desk, open_desk
from tests.account.stage import build_store
from tests.databases import copy_migrated
from tests.server.stall import Stall

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


class TakingStall(Stall):
    """A shop that takes tracking numbers back."""

    def __init__(self) -> None:
        super().__init__()
        self.withdrawn: list[str] = []
        self.errors: list[Exception] = []
        self.earlier: list[Sequence[Shipment]] = []
        # Whether an order takes but one parcel at a time.
        self.is_full = False

    async def ship(self, shipment: Shipment, earlier: Sequence[Shipment]) -> ShipOutcome:
        self.earlier.append(tuple(earlier))
        if self.is_full and len(self.shipped) > len(self.withdrawn):
            raise ConflictError("nothing is left to ship")
        return await super().ship(shipment, earlier)

    async def withdraw(self, shipment: Shipment) -> ShipOutcome:
        if self.errors:
            raise self.errors.pop(0)
        self.withdrawn.append(shipment.tracking_number)
        return ShipOutcome()


@asynccontextmanager
async def open_scene(url: str, **reconcile: object) -> AsyncIterator[tuple[Desk, TakingStall]]:
    """A desk whose shop takes numbers back."""
    async with open_desk(url) as desk:
        stall, front = TakingStall(), desk.front
        front.store = build_store(
            desk.account,
            front.there.store_id,
            stall,
            remark=lambda made: desk.remarks.update({made.about: made.text}),
            account={"reconcile": reconcile},
        )
        front.process = front.build_process()
        yield desk, stall


async def void_told(desk: Desk, names: Sequence[str]) -> list[str]:
    """The numbers of labels of these orders that are told and then voided."""
    labels = [desk.account.make_label(desk.account.find_order(name)) for name in names]
    await desk.live(HOUR)
    for label in labels:
        desk.account.void(label)
    await desk.pass_time(15 * MINUTE)
    await desk.reconcile()
    return [label.tracking_number for label in labels]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_voided_label_is_taken_out_of_the_shop_once(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    async with open_scene(copy_migrated(request, kind, tmp_path)) as (desk, stall):
        numbers = await void_told(desk, ["N-1", "N-2"])
        for _ in range(3):
            await desk.pass_time(DAY)
            await desk.reconcile()
        assert stall.withdrawn == numbers
        assert await desk.list_withdrawn() == set(numbers)
        assert desk.remarks["account voided"] == ""
        assert {(each.state.value, each.last_error) for each in await desk.list_deliveries()} == {
            (
                "discarded",
                "the label was voided in ShipStation; its number was taken out of the shop",
            )
        }
        assert await desk.list_outcomes() == [["delivered", "withdrawn"]] * 2


async def test_the_label_that_replaces_a_voided_one_is_told_although_the_shop_refused_it_before(
    kept_url: str,
) -> None:
    async with open_scene(kept_url) as (desk, stall):
        stall.is_full = True
        order = desk.account.find_order("N-1")
        first = desk.account.make_label(order)
        await desk.live(HOUR)
        desk.account.void(first)
        second = desk.account.make_label(order, fate=Fate.OFF)
        await desk.pass_time(15 * MINUTE)
        await desk.find_untold()
        await desk.pass_time(MINUTE)
        assert {each.state.value for each in await desk.list_deliveries()} == {"delivered", "dead"}
        await desk.withdraw()
        await desk.pass_time(MINUTE)
        assert stall.withdrawn == [first.tracking_number]
        assert [each.tracking_number for each in stall.shipped] == [
            first.tracking_number,
            second.tracking_number,
        ]
        assert stall.earlier[-1] == ()


async def test_a_void_is_noticed_by_the_next_run_however_old_the_label(kept_url: str) -> None:
    async with open_scene(kept_url) as (desk, stall):
        label = desk.account.make_label(desk.account.find_order("N-1"))
        await desk.live(3 * HOUR)
        desk.account.make_label(desk.account.find_order("N-2"))
        await desk.reconcile()
        desk.account.void(label)
        await desk.pass_time(15 * MINUTE)
        await desk.reconcile()
        assert stall.withdrawn == [label.tracking_number]


async def test_what_the_shop_does_not_take_is_tried_again_and_remarked(kept_url: str) -> None:
    async with open_scene(kept_url) as (desk, stall):
        stall.errors = [UnavailableError("down", reached=False)] * 2
        (number,) = await void_told(desk, ["N-1"])
        assert "ended with: down" in desk.remarks["account voided"]
        [delivery] = await desk.list_deliveries()
        assert delivery.state.value == "delivered"
        assert delivery.last_error.endswith("its number could not be taken out of the shop: down")
        await desk.withdraw()
        assert len(stall.errors) == 1
        for _ in range(2):
            await desk.pass_time(10 * MINUTE)
            await desk.withdraw()
        assert stall.withdrawn == [number]
        assert desk.remarks["account voided"] == ""


async def test_what_the_shop_refuses_is_told_to_a_person_and_tried_again_a_day_later(
    kept_url: str,
) -> None:
    async with open_scene(kept_url) as (desk, stall):
        stall.errors = [ConflictError("no")]
        (number,) = await void_told(desk, ["N-1"])
        await desk.pass_time(23 * HOUR)
        await desk.withdraw()
        assert stall.withdrawn == []
        assert "ended with: no" in desk.remarks["account voided"]
        await desk.pass_time(HOUR)
        await desk.withdraw()
        assert stall.withdrawn == [number]
        assert await desk.list_outcomes() == [["delivered", "refused", "withdrawn"]]


async def test_it_can_be_switched_off(kept_url: str) -> None:
    async with open_scene(kept_url, withdraw=False) as (desk, stall):
        (number,) = await void_told(desk, ["N-1"])
        assert stall.withdrawn == []
        assert f"N-1 ({number})" in desk.remarks["account voided"]
