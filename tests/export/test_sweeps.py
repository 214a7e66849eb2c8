"""Sweeps: changes the shop did not date are found and given."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from connectors.errors import UnavailableError
from proxy.cli.kinds import find_kind
from proxy.export.sweep import Sweeper, choose_interval
from proxy.export.windows import WindowRules
from proxy.settings.models import ExportSettings
from tests.export.play.polls import DAY, HOUR, poll_after
from tests.export.play.world import World, build_store


async def test_a_sweep_finds_a_change_the_shop_did_not_date(world: World) -> None:
    sweeper = Sweeper(world.exporter.ledger, timedelta(hours=6))
    for _ in range(3):
        world.book.add()
    await poll_after(world, 60)
    await poll_after(world, HOUR)
    world.book.edit("000002", dated=False)
    assert await poll_after(world, HOUR) == []
    assert await sweeper.sweep(world.store) == 1
    assert await poll_after(world, HOUR) == ["000002"]
    assert await sweeper.sweep(world.store) == 0
    assert world.differences() == {}


async def test_a_sweep_leaves_alone_what_was_never_asked_for(world: World) -> None:
    world.book.add()
    world.clock.forward(2 * DAY)
    world.poller.start = world.clock().replace(second=0, microsecond=0)
    await poll_after(world, 60)
    assert await Sweeper(world.exporter.ledger, timedelta(hours=6)).sweep(world.store) == 0


async def test_one_replica_sweeps_when_a_sweep_is_due_and_again_soon_after_a_failure(
    world: World,
) -> None:
    rules = WindowRules()
    sweepers = [Sweeper(replica.exporter.ledger, timedelta(hours=6)) for replica in world.replicas]

    async def tended_after(seconds: float) -> int:
        world.clock.forward(seconds)
        before = world.connector.pages_given
        for sweeper in sweepers:
            await sweeper.tend(world.store, rules)
        return world.connector.pages_given - before

    assert await tended_after(0) == 0
    await poll_after(world, 60)
    assert [await tended_after(60), await tended_after(6 * HOUR), await tended_after(5 * HOUR)] == [
        0,
        1,
        0,
    ]

    def down(_given: int) -> None:
        raise UnavailableError("shop is down")

    world.connector.before_page = down
    assert [await tended_after(HOUR), await tended_after(60), await tended_after(15 * 60)] == [
        1,
        0,
        1,
    ]


@pytest.mark.parametrize(
    ("sweep", "undated", "every"),
    [
        ("auto", "cancelling an order", timedelta(hours=1)),
        ("auto", "", None),
        ("never", "cancelling an order", None),
        ("6h", "", timedelta(hours=6)),
    ],
)
def test_a_shop_that_does_not_date_every_change_is_swept_each_hour_unless_told_otherwise(
    sweep: str, undated: str, every: timedelta | None
) -> None:
    settings = ExportSettings.model_validate({"sweep": sweep})
    store = build_store(None)
    assert choose_interval(settings.sweep, replace(store, undated=undated)) == every


def test_the_sweep_is_auto_unless_the_settings_say_otherwise() -> None:
    assert ExportSettings().sweep == "auto"


@pytest.mark.parametrize(
    ("kind", "block", "says"),
    [
        ("woocommerce", {"consumer_key": "ck", "consumer_secret": "cs"}, "refunding a part of it"),
        ("shopify", {"shop": "north", "access_token": "shpat_1"}, "releasing it"),
        ("shopify", {"shop": "north", "access_token": "shpat_1", "holds": False}, ""),
    ],
)
def test_a_connector_names_the_changes_that_its_shop_does_not_date(
    kind: str, block: dict[str, Any], says: str
) -> None:
    found = find_kind(kind)
    address = {"url": "https://north.example"} if kind == "woocommerce" else {}
    named = found.undated(found.settings.model_validate({"type": kind, **address, **block}))
    assert named.endswith(says)
    assert bool(named) == bool(says)
