from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.simulator.account.pacific import (
    TwiceHour,
    parse_pacific,
    place_wall,
    read_moment,
    write_pacific,
)
from proxy.simulator.account.traits import Traits
from tests.simulator.account.stage import MINUTE, ROOMY, build_orders, open_scene

# The second 01:30 of that night is an hour after the first.
AUTUMN = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1)))  # noqa: DTZ001
def test_a_written_time_is_the_wall_time_and_reads_back_to_the_microsecond(
    moment: datetime,
) -> None:
    text = write_pacific(moment)
    wall = parse_pacific(text)
    assert len(text) == len("2026-03-02T01:15:27.4130000")
    assert wall.tzinfo is None
    assert moment in {place_wall(wall, which) for which in (TwiceHour.FIRST, TwiceHour.SECOND)}


@pytest.mark.parametrize(
    "text", ["", "now", "03/02/2026", "2026-03-02T01:15Z", "2026-3-2", "9" * 90]
)
def test_what_is_no_pacific_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected yyyy-mm-dd"):
        parse_pacific(text)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-02", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("2026-07-02 01:15", datetime(2026, 7, 2, 8, 15, tzinfo=UTC)),
        ("2026-03-02T01:15:27.4130000", datetime(2026, 3, 2, 9, 15, 27, 413000, tzinfo=UTC)),
    ],
)
def test_a_query_time_is_pacific(text: str, utc: datetime) -> None:
    assert read_moment(text) == utc


async def test_pages_hold_what_was_asked_for_and_at_most_five_hundred() -> None:
    async with open_scene(build_orders(6)) as scene:
        first = await scene.get("/orders", pageSize=3, sortBy="CreateDate")
        assert (first["total"], first["page"], first["pages"]) == (6, 1, 2)
        assert (await scene.get("/orders", pageSize=4))["pages"] == 2
        numbers = [await scene.numbers("/orders", pageSize=3, page=page) for page in (1, 2, 3)]
        assert [len(page) for page in numbers] == [3, 3, 0]
        assert len({number for page in numbers for number in page}) == 6
    small = Traits(limit=100, largest_page=2)
    async with open_scene(build_orders(3), traits=small) as scene:
        answer = await scene.get("/orders", pageSize=5000)
        assert (len(answer["orders"]), answer["pages"]) == (2, 2)


async def test_rows_that_arrive_while_pages_are_read_move_the_list() -> None:
    async with open_scene(build_orders(6)) as scene:
        account = scene.account
        for number in range(1, 5):
            account.make_label(account.find_order(f"N-{number}"))
            await account.advance(MINUTE)
        first = await scene.numbers("/shipments", pageSize=2, sortBy="CreateDate", sortDir="DESC")

        def make_another(_path: str) -> None:
            account.on_call.clear()
            account.make_label(account.find_order("N-5"))

        account.on_call.append(make_another)
        again = await scene.numbers(
            "/shipments", pageSize=2, page=2, sortBy="CreateDate", sortDir="DESC"
        )
        assert (first, again) == (["N-4", "N-3"], ["N-3", "N-2"])
        ascending = await scene.numbers("/shipments", pageSize=2, page=2, sortBy="CreateDate")
        assert ascending == ["N-3", "N-4"]


async def test_dates_are_filtered_in_pacific_time_with_both_ends() -> None:
    async with open_scene(build_orders(3)) as scene:
        for number in (1, 2, 3):
            scene.account.make_label(scene.account.find_order(f"N-{number}"))
            await scene.account.advance(MINUTE)
        # 17:00 UTC is 09:00 in Los Angeles.
        assert await scene.numbers("/shipments", createDateStart="2026-03-02 09:01:00") == [
            "N-2",
            "N-3",
        ]
        assert await scene.numbers(
            "/shipments", createDateStart="2026-03-02 09:01:00", createDateEnd="2026-03-02 09:01:00"
        ) == ["N-2"]
        assert await scene.numbers("/shipments", createDateEnd="2026-03-02 08:59:59") == []
        assert len(await scene.numbers("/shipments", shipDateStart="2026-03-02")) == 3
        assert await scene.numbers("/shipments", voidDateStart="2026-03-01") == []


@pytest.mark.parametrize(
    ("twice", "found"),
    [
        (TwiceHour.WALL, ["N-1", "N-2"]),
        (TwiceHour.FIRST, ["N-1"]),
        (TwiceHour.SECOND, ["N-2"]),
    ],
)
async def test_a_time_in_the_hour_that_comes_twice_means_what_the_account_makes_of_it(
    twice: TwiceHour, found: list[str]
) -> None:
    traits = Traits(limit=100, twice_hour=twice)
    async with open_scene(traits=traits, now=AUTUMN) as scene:
        scene.shop.book = build_orders(3)
        await scene.account.import_orders(scene.store, since=datetime(2026, 3, 1, tzinfo=UTC))
        for number in (1, 2):
            scene.account.make_label(scene.account.find_order(f"N-{number}"))
            await scene.account.advance(HOUR)
        rows = (await scene.get("/shipments"))["shipments"]
        assert [row["createDate"] for row in rows] == ["2026-11-01T01:30:00.0000000"] * 2
        window = {"createDateStart": "2026-11-01 01:00:00", "createDateEnd": "2026-11-01 01:59:59"}
        assert await scene.numbers("/shipments", **window) == found


async def test_an_account_may_refuse_spans_that_are_too_long() -> None:
    ninety = Traits(limit=100, longest_span=timedelta(days=90))
    async with open_scene(traits=ninety) as scene:
        for end, status in (("2026-03-31", 200), ("2026-04-02", 400)):
            query = {"createDateStart": "2026-01-01 00:00:00", "createDateEnd": end}
            assert (await scene.call("GET", "/shipments", **query))[0] == status
            assert (await scene.call("GET", "/orders", **query))[0] == status


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"orderNumber": "N-1"}, ["N-1", "N-10", "N-11"]),
        ({"orderNumber": "n-11"}, ["N-11"]),
        ({"orderStatus": "shipped"}, ["N-2"]),
        ({"orderStatus": "awaiting_shipment", "orderNumber": "N-2"}, []),
        ({"storeId": 12345, "orderNumber": "N-3"}, ["N-3"]),
        ({"storeId": 1}, []),
        ({"customerName": "ada", "orderNumber": "N-4"}, ["N-4"]),
        ({"customerName": "Zoe"}, []),
        ({"itemKeyword": "cup", "orderNumber": "N-5"}, ["N-5"]),
        ({"itemKeyword": "saucer"}, []),
        ({"customsCountryCode": "CN"}, []),
        ({"modifyDateStart": "2026-03-02 09:05:00"}, ["N-2"]),
        ({"orderDateEnd": "2020-01-01"}, []),
        ({"paymentDateStart": "2026-03-23 00:00:00", "orderNumber": "N-6"}, ["N-6"]),
        ({"somethingElse": "x", "orderNumber": "N-7"}, ["N-7"]),
    ],
)
async def test_each_documented_filter_of_orders_finds_its_orders(
    query: dict[str, object], found: list[str]
) -> None:
    async with open_scene(build_orders(11), traits=ROOMY) as scene:
        await scene.account.advance(5 * MINUTE)
        scene.account.mark_shipped(scene.account.find_order("N-2"))
        assert await scene.numbers("/orders", **query) == found


async def test_each_documented_filter_of_parcels_finds_its_parcels() -> None:
    async with open_scene(build_orders(3)) as scene:
        account = scene.account
        first, second, third = (account.find_order(f"N-{number}") for number in (1, 2, 3))
        label = account.make_label(first)
        account.void(account.make_label(second))
        mark = account.mark_shipped(third, "X-77")
        for query, found in (
            ({"orderId": first.order_id}, ["N-1"]),
            ({"orderNumber": "N-"}, ["N-1", "N-2"]),
            ({"trackingNumber": label.tracking_number}, ["N-1"]),
            ({"carrierCode": "stamps_com", "serviceCode": "usps_priority_mail"}, []),
            ({"recipientName": "Ada", "recipientCountryCode": "US"}, ["N-1", "N-2"]),
            ({"recipientCountryCode": "CA"}, []),
            ({"storeId": scene.store.store_id}, ["N-1", "N-2"]),
            ({"voidDateStart": "2026-03-02"}, ["N-2"]),
        ):
            assert await scene.numbers("/shipments", **query) == found, query
        for query, found in (
            ({"fulfillmentId": mark.fulfillment_id}, ["N-3"]),
            ({"orderId": third.order_id}, ["N-3"]),
            ({"trackingNumber": "X-77"}, ["N-3"]),
            ({"trackingNumber": "X-7"}, []),
            ({"createDateStart": "2026-03-02 09:00:00", "shipDateEnd": "2026-03-02"}, ["N-3"]),
            ({"storeId": 1}, ["N-3"]),
        ):
            assert await scene.numbers("/fulfillments", **query) == found, query
