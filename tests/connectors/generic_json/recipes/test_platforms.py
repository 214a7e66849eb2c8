"""Each recipe reads its platform's orders and tells it of shipments, against shops written by hand
from the platforms' documentation.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from connectors.errors import AuthenticationError, OrderNotFoundError, UnavailableError
from connectors.generic_json.connector import GenericJsonConnector, open_connector
from connectors.interface import ConnectorContext
from connectors.orders import Order, OrderStatus
from connectors.shipments import Shipment, ShippedItem
from connectors.testing.faults import DropAnswer
from connectors.testing.trial import QUICK, failure
from proxy.doors.custom_store.orders_xml import encode_order
from tests.connectors.generic_json.recipes.shops.bigcommerce import BigCommerce
from tests.connectors.generic_json.recipes.shops.commercetools import Commercetools
from tests.connectors.generic_json.recipes.shops.ecwid import Ecwid
from tests.connectors.generic_json.recipes.shops.magento import Magento
from tests.connectors.generic_json.recipes.shops.prestashop import PrestaShop
from tests.connectors.generic_json.recipes.shops.sale import (
    ADDRESS,
    DISCOUNT,
    LINES,
    MAIL,
    SHIPPING,
    TAX,
    TOTAL,
    WINDOW,
    Parcel,
    Platform,
)
from tests.connectors.generic_json.recipes.shops.saleor import Saleor
from tests.connectors.generic_json.recipes.shops.shopware import Shopware
from tests.connectors.generic_json.recipes.shops.solidus import Solidus
from tests.connectors.generic_json.recipes.shops.spree import Spree, Spree6
from tests.connectors.generic_json.recipes.shops.squarespace import Squarespace

PLATFORMS: list[type[Platform]] = [
    BigCommerce,
    Commercetools,
    Ecwid,
    Magento,
    PrestaShop,
    Saleor,
    Shopware,
    Solidus,
    Spree,
    Spree6,
    Squarespace,
]
EACH = pytest.mark.parametrize("make", PLATFORMS, ids=lambda make: make.recipe + make.version)
NUMBERS = ["1002", "1003", "1004"]


@asynccontextmanager
async def opened(shop: Platform, **changes: Any) -> AsyncIterator[GenericJsonConnector]:
    context = ConnectorContext(store=shop.recipe, upstream=QUICK)
    async with shop, open_connector(shop.settings(**changes), context) as connector:
        yield connector


async def listed(connector: GenericJsonConnector) -> list[Order]:
    found = [order async for order in connector.list_orders(WINDOW)]
    assert all(isinstance(order, Order) for order in found), found
    return [order for order in found if isinstance(order, Order)]


def told(order: Order, tracking: str, *items: ShippedItem, notify: bool = False) -> Shipment:
    return Shipment(
        order_id=order.id,
        order_number=order.number,
        carrier="FedEx",
        service="FedEx Ground",
        tracking_number=tracking,
        items=items,
        notify_customer=notify,
    )


def texts(xml: ET.Element, *paths: str) -> tuple[str | None, ...]:
    return tuple(xml.findtext(path) for path in paths)


@EACH
async def test_two_pages_of_a_window_come_whole_and_in_order_and_nothing_from_outside(
    make: type[Platform],
) -> None:
    shop = make()
    async with opened(shop) as connector:
        orders = await listed(connector)
        count = await connector.count_orders(WINDOW)
    assert [order.number for order in orders] == NUMBERS
    assert shop.asked[0] == shop.bounds
    assert count == shop.totals


@EACH
async def test_an_order_becomes_xml_to_the_last_field(make: type[Platform]) -> None:
    shop = make()
    async with opened(shop) as connector:
        order = (await listed(connector))[1]
        assert await connector.get_order(order.id) == order
    xml = ET.fromstring(encode_order(order))  # noqa: S314 -- our own
    assert texts(xml, "OrderNumber", "OrderStatus", "CurrencyCode") == ("1003", "paid", "EUR")
    assert texts(xml, "OrderTotal", "TaxAmount", "ShippingAmount") == (
        str(TOTAL),
        str(TAX),
        str(SHIPPING),
    )
    assert texts(xml, "OrderDate", "LastModified") == ("03/02/2026 09:30", "03/02/2026 09:30")
    place = [ADDRESS[name] for name in ("line1", "line2", "city", "zip", "country", "phone")]
    assert [
        *texts(
            xml,
            *(
                f"Customer/ShipTo/{name}"
                for name in ("Address1", "Address2", "City", "PostalCode", "Country", "Phone")
            ),
        )
    ] == place
    assert texts(xml, "Customer/ShipTo/Name", "Customer/BillTo/Name", "Customer/BillTo/Email") == (
        "Ada King",
        "Ada King",
        MAIL,
    )
    goods = [item for item in xml.findall("Items/Item") if item.findtext("Adjustment") != "true"]
    bell = LINES["B"].price - (DISCOUNT if shop.spreads else 0)
    assert [texts(item, "SKU", "Name", "Quantity", "UnitPrice") for item in goods] == [
        ("AN-1", "Anvil", "2", "10.00"),
        ("BE-2", "Bell", "1", str(bell)),
    ]
    discounts = [line.unit_price for line in order.items if line.adjustment]
    assert discounts == ([] if shop.spreads else [-DISCOUNT])


@EACH
async def test_lines_discounts_shipping_and_tax_add_up_to_the_total(make: type[Platform]) -> None:
    async with opened(make()) as connector:
        for order in await listed(connector):
            assert (
                sum(
                    (line.unit_price * line.quantity for line in order.items),
                    order.shipping + order.tax,
                )
                == order.total
            )


@EACH
async def test_the_shops_words_are_understood(make: type[Platform]) -> None:
    shop = make()
    async with opened(shop) as connector:
        order = (await listed(connector))[0]
        for word, status in shop.states.items():
            shop.sale(order.number).word = word
            found = await connector.get_order(order.id)
            assert isinstance(found, Order), found
            assert (found.status, found.status_known) == (status, True), word


@EACH
async def test_a_whole_shipment_told_twice_leaves_one(make: type[Platform]) -> None:
    shop = make()
    async with opened(shop) as connector:
        order = (await listed(connector))[1]
        shipment = told(order, "T1", notify=True)
        first, again = await connector.ship(shipment, ()), await connector.ship(shipment, ())
        after = await connector.get_order(order.id)
    assert (first.already, first.completed, again.already) == (False, True, True)
    assert shop.sale(1003).parcels == [
        Parcel("T1", {"A": 2, "B": 1} if shop.counts else {}, True if shop.mails else None)
    ]
    assert isinstance(after, Order)
    assert after.status is OrderStatus.SHIPPED


async def test_goods_whose_stock_saleor_does_not_track_leave_from_its_first_warehouse() -> None:
    shop = Saleor()
    shop.tracks = False
    async with opened(shop) as connector:
        order = (await listed(connector))[1]
        assert (await connector.ship(told(order, "T1"), ())).completed
    assert [(parcel.tracking, parcel.pieces) for parcel in shop.sale(1003).parcels] == [
        ("T1", {"A": 2, "B": 1})
    ]


@EACH
async def test_a_part_and_then_the_rest_reach_the_shop_once_each(make: type[Platform]) -> None:
    shop = make()
    async with opened(shop) as connector:
        order = (await listed(connector))[1]
        part = told(order, "T1", ShippedItem(line_id=order.items[0].id, sku="AN-1", quantity=1))
        rest = told(order, "T2,T3")
        outcome = await connector.ship(part, ())
        assert (outcome.already, outcome.completed) == (False, False)
        assert (await connector.ship(part, ())).already
        outcome = await connector.ship(rest, (part,))
        assert (outcome.already, outcome.completed) == (False, True)
        assert (await connector.ship(rest, (part,))).already
        after = await connector.get_order(order.id)
    mailed = False if shop.mails else None
    pieces: list[dict[str, int]] = [{"A": 1}, {"A": 1, "B": 1}] if shop.counts else [{}, {}]
    assert shop.sale(1003).parcels == [
        Parcel(number, each, mailed) for number, each in zip(("T1", "T2,T3"), pieces, strict=True)
    ]
    assert shop.sale(1003).complete
    assert isinstance(after, Order)
    assert after.status is OrderStatus.SHIPPED


@pytest.mark.parametrize(
    ("make", "lost"),
    [
        pytest.param(make, lost, id=f"{make.recipe}{make.version}-{at}")
        for make in PLATFORMS
        for at, lost in enumerate(make.writes)
    ],
)
@pytest.mark.parametrize("partial", [False, True], ids=["whole", "rest"])
async def test_an_answer_lost_on_the_way_ships_nothing_twice(
    make: type[Platform], lost: tuple[str, str], *, partial: bool
) -> None:
    shop = make()
    async with opened(shop) as connector:
        order = (await listed(connector))[1]
        earlier = (
            [told(order, "T0", ShippedItem(line_id=order.items[0].id, quantity=1))]
            if partial
            else []
        )
        for shipment in earlier:
            await connector.ship(shipment, ())
        shop.faults.add(DropAnswer(), method=lost[0], path=lost[1])
        shipment = told(order, "T1")
        try:
            await connector.ship(shipment, earlier)
        except UnavailableError:
            await connector.ship(shipment, earlier)
    assert [parcel.tracking for parcel in shop.sale(1003).parcels] == (
        ["T0", "T1"] if partial else ["T1"]
    )
    assert shop.sale(1003).complete


@pytest.mark.parametrize(
    "make", [Commercetools, Magento, PrestaShop, Saleor, Shopware, Spree, Spree6]
)
async def test_an_order_is_found_by_the_number_that_people_see(make: type[Platform]) -> None:
    async with opened(make()) as connector:
        order = (await listed(connector))[1]
        assert await connector.find_order_id(order.number) == order.id
        await failure(connector.find_order_id("77"), OrderNotFoundError)


@pytest.mark.parametrize(
    "make", [make for make in PLATFORMS if make.voids], ids=lambda make: make.recipe + make.version
)
async def test_the_number_of_a_voided_label_is_taken_out_and_the_next_label_takes_its_place(
    make: type[Platform],
) -> None:
    shop = make()
    async with opened(shop) as connector:
        order = (await listed(connector))[1]
        part = told(order, "T1", ShippedItem(line_id=order.items[0].id, sku="AN-1", quantity=1))
        rest, again = told(order, "T2"), told(order, "T3")
        for shipment, earlier in ((part, ()), (rest, (part,))):
            await connector.ship(shipment, earlier)
        first, second = await connector.withdraw(rest), await connector.withdraw(rest)
        assert (first.already, second.already) == (False, True)
        assert [each.tracking for each in shop.sale(1003).parcels if each.tracking] == ["T1"]
        assert not (await connector.ship(again, (part,))).already
    assert [(each.tracking, each.pieces) for each in shop.sale(1003).parcels] == [
        ("T1", {"A": 1} if shop.counts else {}),
        ("T3", {"A": 1, "B": 1} if shop.counts else {}),
    ]
    assert shop.sale(1003).complete


@EACH
async def test_a_wrong_key_and_an_unknown_order_are_named(make: type[Platform]) -> None:
    shop = make()
    async with opened(shop) as connector:
        await failure(connector.get_order("9999"), OrderNotFoundError)
    shop = make()
    shop.locked = True
    async with opened(shop) as connector:
        await failure(listed(connector), AuthenticationError)
