"""The recipe for Vendure reads every order that a real Vendure 3.7.3 answered with."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.errors import AuthenticationError, OrderNotFoundError
from connectors.generic_json.connector import GenericJsonConnector
from connectors.orders import Order, OrderStatus, Window
from connectors.testing.trial import failure
from proxy.doors.custom_store.orders_xml import encode_order
from tests.connectors.generic_json.recipes.shops.vendure import EVER, RecordedVendure, open_recorded


@pytest.fixture
def shop() -> RecordedVendure:
    return RecordedVendure()


async def list_orders(connector: GenericJsonConnector, window: Window = EVER) -> list[Order]:
    found = [order async for order in connector.list_orders(window)]
    assert all(isinstance(order, Order) for order in found), found
    return [order for order in found if isinstance(order, Order)]


async def test_every_recorded_order_is_understood_and_makes_valid_xml(
    shop: RecordedVendure,
) -> None:
    async with shop, open_recorded(shop) as connector:
        orders = await list_orders(connector)
        assert await connector.count_orders(EVER) == len(orders) == 97
        assert await connector.find_order_id(orders[0].number) == orders[0].id
    assert Counter((order.shop_status, str(order.status)) for order in orders) == {
        ("PaymentSettled", "paid"): 47,
        ("Shipped", "shipped"): 15,
        ("PartiallyDelivered", "paid"): 12,
        ("PaymentAuthorized", "unpaid"): 9,
        ("Cancelled", "cancelled"): 8,
        ("PartiallyShipped", "paid"): 5,
        ("Delivered", "shipped"): 1,
    }
    assert Counter(order.currency for order in orders) == {
        "EUR": 44,
        "USD": 15,
        "SEK": 13,
        "JPY": 13,
        "GBP": 12,
    }
    assert [order.modified_at for order in orders] == sorted(order.modified_at for order in orders)
    for order in orders:
        encode_order(order)


@pytest.mark.parametrize(
    ("channel", "elsewhere"), [("__default_channel__", "its aggregate order"), ("smiths", "")]
)
async def test_a_sellers_order_is_left_to_its_aggregate_order_where_that_is_seen(
    shop: RecordedVendure, channel: str, elsewhere: str
) -> None:
    shop.channel = channel
    shop.orders = [
        {**order, "type": "Regular" if at else "Seller"} for at, order in enumerate(shop.orders[:3])
    ]
    async with shop, open_recorded(shop) as connector:
        orders = await list_orders(connector)
    found = {order.id: order.packed_elsewhere for order in orders}
    assert [found[order["id"]] for order in shop.orders] == [elsewhere, "", ""]


@pytest.mark.parametrize("unit", ["cents", "minor"])
async def test_lines_discounts_shipping_and_tax_add_up_to_the_total(
    shop: RecordedVendure, unit: str
) -> None:
    async with shop, open_recorded(shop, map={"money": unit}) as connector:
        orders = await list_orders(connector)
    for order in orders:
        if order.status is not OrderStatus.CANCELLED and (
            unit == "minor" or order.currency != "JPY"
        ):
            added = sum(
                (line.unit_price * line.quantity for line in order.items),
                order.shipping + order.tax,
            )
            assert added == order.total, order.number


async def test_an_order_is_read_to_the_last_field(shop: RecordedVendure) -> None:
    async with shop, open_recorded(shop) as connector:
        orders = {order.number: order for order in await list_orders(connector)}
    order = orders["45AQ8VHQDQPE9KE2"]
    assert (order.id, order.currency, order.total, order.tax, order.shipping) == (
        *("61", "USD"),
        *(Decimal("22.19"), Decimal("3.54"), Decimal("4.90")),
    )
    assert order.placed_at == datetime(2026, 10, 25, 12, 59, 52, 184000, tzinfo=UTC)
    assert order.modified_at == datetime(2026, 11, 12, tzinfo=UTC)
    place = order.customer.ship_to
    assert (place.name, place.line1, place.line2, place.city) == (
        *("John O'Neil Jr.", "1600 Amphitheatre Pkwy"),
        *('Apt #4, "rear"', "Mountain View"),
    )
    assert (place.region, place.postal_code, place.country, place.phone) == (
        "CA",
        "94043-1351",
        "US",
        "0171/123 45 67",
    )
    assert order.customer.bill_to.name == "John O'Neil Jr."
    assert order.customer.code == "kunde60+lab@example.test"
    assert (order.shipping_method, order.payment_method) == ("Standardversand", "card")
    (line,) = order.items
    assert (line.id, line.sku, line.quantity, line.unit_price) == (
        "147",
        "VEN-01-00",
        1,
        Decimal("13.75"),
    )
    assert [(option.name, option.value) for option in line.options] == [("Size", "36\u201338")]


async def test_a_cancelled_order_shows_what_was_ordered(shop: RecordedVendure) -> None:
    async with shop, open_recorded(shop) as connector:
        orders = [
            order for order in await list_orders(connector) if order.status is OrderStatus.CANCELLED
        ]
    assert orders
    assert all(any(line.quantity for line in order.items) for order in orders)


async def test_an_order_is_found_by_its_change_and_by_its_placing(shop: RecordedVendure) -> None:
    chosen = shop.orders[0]
    placed, changed = (
        datetime.fromisoformat(chosen[name]) for name in ("orderPlacedAt", "updatedAt")
    )
    assert placed != changed
    async with shop, open_recorded(shop) as connector:
        latest = max(placed, changed)
        assert chosen["id"] in {
            order.id for order in await list_orders(connector, Window(start=latest, end=latest))
        }
        earliest = min(placed, changed)
        assert chosen["id"] not in {
            order.id for order in await list_orders(connector, Window(start=earliest, end=earliest))
        }
    assert {name for each in shop.lists[0]["filter"]["_or"] for name in each} == {
        "updatedAt",
        "orderPlacedAt",
    }
    assert shop.lists[0]["sort"] == {"id": "ASC"}
    assert all(type(options[name]) is int for options in shop.lists for name in ("skip", "take"))


async def test_a_sweep_sees_what_vendure_does_not_date(shop: RecordedVendure) -> None:
    async with shop, open_recorded(shop, orders={"open": {"reach": "3650d"}}) as connector:
        found = [order async for order in connector.list_open_orders()]
    assert {str(order.status) for order in found if isinstance(order, Order)} >= {
        "paid",
        "unpaid",
        "shipped",
        "cancelled",
    }


async def test_a_wrong_key_and_an_unknown_order_are_named(shop: RecordedVendure) -> None:
    async with shop:
        async with open_recorded(shop, key="wrong") as connector:
            await failure(connector.count_orders(EVER), AuthenticationError)
        async with open_recorded(shop) as connector:
            await failure(connector.get_order("nope"), OrderNotFoundError)
            await failure(connector.get_order("999999"), OrderNotFoundError)
