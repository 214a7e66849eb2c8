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
    await desk.pass_time(DAY)
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


async def test_what_the_shop_does_not_take_is_tried_again_and_remarked(kept_url: str) -> None:
    async with open_scene(kept_url) as (desk, stall):
        stall.errors = [UnavailableError("down", reached=False)] * 2
        (number,) = await void_told(desk, ["N-1"])
        assert "ended with: down" in desk.remarks["account voided"]
        await desk.withdraw()
        assert len(stall.errors) == 1
        for _ in range(2):
            await desk.pass_time(10 * MINUTE)
            await desk.withdraw()
        assert stall.withdrawn == [number]
        assert desk.remarks["account voided"] == ""


async def test_what_the_shop_refuses_is_left_to_a_person(kept_url: str) -> None:
    async with open_scene(kept_url) as (desk, stall):
        stall.errors = [ConflictError("no")]
        await void_told(desk, ["N-1"])
        await desk.pass_time(2 * DAY)
        await desk.withdraw()
        assert stall.withdrawn == []
        assert "ended with: no" in desk.remarks["account voided"]


async def test_it_can_be_switched_off(kept_url: str) -> None:
    async with open_scene(kept_url, withdraw=False) as (desk, stall):
        (number,) = await void_told(desk, ["N-1"])
        assert stall.withdrawn == []
        assert f"N-1 ({number})" in desk.remarks["account voided"]
