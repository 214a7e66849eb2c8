"""Reading the account's lists: every row once, while rows arrive and the clocks are changed."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.errors import IncompleteListingError, UnreadableResponseError
from connectors.orders import Window
from proxy.account.client import AccountClient
from proxy.account.listing import (
    CARRIERS,
    CUSTOMERS,
    FULFILLMENTS,
    ORDERS,
    PRODUCTS,
    SHIPMENTS,
    STORES,
    TAGS,
    USERS,
    WAREHOUSES,
    LongList,
    ShortList,
    fetch_list,
    fetch_services,
    walk_list,
)
from proxy.settings.account import AccountSettings
from proxy.simulator.account.pacific import TwiceHour
from proxy.simulator.account.traits import Fate, Traits
from proxy.storage.database import Database
from tests.account.stage import open_client
from tests.simulator.account.stage import NOW, Scene, build_orders, open_scene

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
AUTUMN = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)  # from here to two hours later 01:xx comes twice


def add_labels(scene: Scene, moments: Iterable[datetime]) -> list[int]:
    """Labels of these dates of creation; their ids."""
    shipments = scene.account.books.shipments
    if not shipments:
        order = scene.account.add_order(scene.store, "N-1", {"CUP-1": 1})
        scene.account.make_label(order, fate=Fate.OFF)
    first = next(iter(shipments.values()))
    rows = [
        msgspec.structs.replace(first, shipment_id=max(shipments) + 1 + number, create_date=at)
        for number, at in enumerate(moments)
    ]
    shipments.update({row.shipment_id: row for row in rows})
    return [row.shipment_id for row in rows]


async def walk(client: AccountClient, listing: LongList, window: Window) -> list[Any]:
    async with aclosing(walk_list(client, listing, window)) as rows:
        return [row async for row in rows]


@pytest.mark.parametrize("twice", TwiceHour)
@pytest.mark.parametrize("begin", [NOW - 4 * HOUR, AUTUMN - HOUR])
async def test_no_row_is_lost_or_doubled_while_rows_come_and_go_between_pages(
    kept_url: str, twice: TwiceHour, begin: datetime
) -> None:
    chance, end = Random(f"{twice}{begin}"), begin + 4 * HOUR
    traits = Traits(limit=10_000, largest_page=5, twice_hour=twice)
    async with (
        open_scene(traits=traits, now=end) as scene,
        open_client(scene.account, kept_url, rate="40/m") as (client, _),
    ):
        # Some of the same second, more of one moment than a page holds.
        moments = [begin + timedelta(seconds=chance.randrange(4 * 3600)) for _ in range(40)]
        there = add_labels(scene, [*moments, *(moments[0] for _ in range(7)), *moments[1:5]])
        shipments, late, gone = scene.account.books.shipments, list[int](), list[int]()

        def change_list(_: str) -> None:
            late.extend(add_labels(scene, [scene.account.clock() - timedelta(seconds=1)]))
            oldest = min(shipments, key=lambda number: shipments[number].create_date)
            if shipments[oldest].create_date < begin + HOUR:
                gone.append(oldest)
                del shipments[oldest]

        scene.account.on_call.append(change_list)
        rows = await walk(client, SHIPMENTS, Window(start=begin, end=end))
        found = [row.shipment_id for row in rows]
        assert len(found) == len(set(found))
        assert set(there) - set(gone) <= set(found)
        assert len(late) > 8


async def test_a_long_span_is_asked_for_in_short_slices_that_join(kept_url: str) -> None:
    traits = Traits(limit=10_000, longest_span=31 * DAY)
    async with (
        open_scene(traits=traits) as scene,
        open_client(scene.account, kept_url) as (client, _),
    ):
        there = add_labels(scene, (NOW - number * 5 * DAY for number in range(1, 16)))
        rows = await walk(client, SHIPMENTS, Window(start=NOW - 75 * DAY, end=NOW - DAY))
        assert {row.shipment_id for row in rows} == set(there)
        asked = [call for call in scene.account.calls if call.path.startswith("/shipments")]
        assert len(asked) == 3


@pytest.mark.parametrize(
    ("listing", "count"),
    [(ORDERS, 2), (SHIPMENTS, 1), (FULFILLMENTS, 1), (CUSTOMERS, 1), (PRODUCTS, 2)],
)
async def test_every_long_list_is_read_with_its_dates(
    kept_url: str, listing: LongList, count: int
) -> None:
    async with (
        open_scene(build_orders(2)) as scene,
        open_client(scene.account, kept_url) as (client, _),
    ):
        scene.account.make_label(scene.account.find_order("N-1"), fate=Fate.OFF)
        scene.account.mark_shipped(scene.account.find_order("N-2"), "X-7", fate=Fate.OFF)
        now = scene.account.clock()
        assert len(await walk(client, listing, Window(start=now - HOUR, end=now + HOUR))) == count
        assert not await walk(client, listing, Window(start=now + HOUR, end=now + 2 * HOUR))


@pytest.mark.parametrize("listing", [STORES, USERS, TAGS, WAREHOUSES, CARRIERS])
async def test_every_short_list_is_read(kept_url: str, listing: ShortList) -> None:
    async with (
        open_scene(build_orders(1)) as scene,
        open_client(scene.account, kept_url) as (client, _),
    ):
        rows = await fetch_list(client, listing)
        assert rows
        assert {type(row) for row in rows} == {listing.row}


async def test_the_services_of_all_carriers_are_read(kept_url: str) -> None:
    async with (
        open_scene() as scene,
        open_client(scene.account, kept_url) as (client, _),
    ):
        carriers = {carrier.code for carrier in await fetch_list(client, CARRIERS)}
        services = await fetch_services(client)
        assert {service.carrier_code for service in services} == carriers


async def read_from(url: str, answer: dict[str, Any]) -> list[Any]:
    """The shipments of an account that answers every request alike."""
    app = web.Application()

    async def tell(_: web.Request) -> web.Response:
        return web.json_response(answer)

    app.router.add_get("/shipments", tell)
    async with TestServer(app) as server, Database.open(url) as database:
        address = str(server.make_url("/")).rstrip("/")
        settings = AccountSettings.model_validate(
            {"api_key": "k", "api_secret": "s", "url": address}
        )
        async with AccountClient.open(settings, database) as client:
            return await walk(client, SHIPMENTS, Window(start=NOW, end=NOW + HOUR))


async def test_a_list_that_hides_rows_is_not_taken_for_whole(kept_url: str) -> None:
    with pytest.raises(IncompleteListingError, match="has 3 rows and shows 0"):
        await read_from(kept_url, {"shipments": [], "total": 3, "page": 1, "pages": 1})


async def test_a_list_that_repeats_its_rows_for_ever_comes_to_an_end(kept_url: str) -> None:
    row = {"shipmentId": 1, "createDate": "2026-03-02T01:15:27", "orderId": 1}
    answer = {"shipments": [row], "total": 3, "page": 1, "pages": 9}
    with pytest.raises(IncompleteListingError, match="has 3 rows and shows 1"):
        await read_from(kept_url, answer)


async def test_a_page_of_more_rows_than_were_asked_for_is_refused_unread(kept_url: str) -> None:
    answer = {"shipments": [{}] * 501, "total": 501, "page": 1, "pages": 1}
    with pytest.raises(UnreadableResponseError, match="at most 500 rows, found 501"):
        await read_from(kept_url, answer)


@pytest.mark.parametrize(
    "answer",
    [
        {"shipments": {}, "total": 1, "pages": 1},
        {"shipments": [], "pages": 1},
        {"orders": [], "total": 0, "pages": 0},
    ],
)
async def test_an_answer_of_another_shape_is_named_by_its_place(
    kept_url: str, answer: dict[str, Any]
) -> None:
    with pytest.raises(UnreadableResponseError, match=r"ShipStation's API promises: at \$"):
        await read_from(kept_url, answer)


@pytest.mark.parametrize(
    "bad",
    [
        {"createDate": "2026-03-02T09:00:00"},
        {"shipmentId": 7, "createDate": "yesterday"},
        {"shipmentId": 7, "createDate": "2026-03-02T09:00:00", "trackingNumber": 5},
        "a word",
    ],
)
async def test_a_row_that_cannot_be_read_costs_itself_alone(kept_url: str, bad: object) -> None:
    good = {"shipmentId": 8, "createDate": "2026-03-02T09:30:00"}
    answer = {"shipments": [bad, good], "total": 2, "page": 1, "pages": 1}
    rows = await read_from(kept_url, answer)
    assert [row.shipment_id for row in rows] == [8]
