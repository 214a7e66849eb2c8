"""What the tests of shipments share: a harness for each transport, notices, and their
results.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.shipments import Shipment, ShippedItem, ShippingRules
from connectors.testing.book import BookOrder
from connectors.testing.trial import failure
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.connectors.shopify.shops import AS_ASKED, ShopifyHarness, open_shop

EAST = 2


@pytest.fixture(params=["rest", "graphql"])
async def harness(request: pytest.FixtureRequest) -> AsyncIterator[ShopifyHarness]:
    async with FakeShopify() as shop:
        yield ShopifyHarness(shop, request.param)


def notice(
    order: BookOrder,
    number: str = "T1",
    carrier: str = "UPS",
    notify: bool = False,  # noqa: FBT001 FBT002
    **units: int,
) -> Shipment:
    lines = {line.sku: line.id for line in order.lines}
    items = tuple(
        ShippedItem(line_id=lines[sku], sku=sku, quantity=quantity)
        for sku, quantity in units.items()
    )
    return Shipment(
        order_id=order.id,
        order_number=order.number,
        carrier=carrier,
        tracking_number=number,
        items=items,
        notify_customer=notify,
    )


async def ship(
    harness: ShopifyHarness,
    shipment: Shipment,
    *earlier: Shipment,
    rules: ShippingRules = AS_ASKED,
    **settings: Any,
) -> Any:
    async with open_shop(
        harness.shop, transport=harness.transport, rules=rules, **settings
    ) as connector:
        return await connector.ship(shipment, earlier)


async def refused(
    harness: ShopifyHarness, shipment: Shipment, kind: type[Any], **settings: Any
) -> str:
    async with open_shop(harness.shop, transport=harness.transport, **settings) as connector:
        return str(await failure(connector.ship(shipment, ()), kind))


def parcels(harness: ShopifyHarness, order: BookOrder) -> list[tuple[str, int, int]]:
    """(number, location, units) of each parcel."""
    shop = harness.shop
    return [
        (parcel.tracking_number, shop.locations[parcel.id], sum(parcel.quantities.values()))
        for parcel in order.parcels
    ]


def numbers(harness: ShopifyHarness, order: BookOrder) -> list[list[str]]:
    """The tracking numbers of each parcel."""
    more = harness.shop.further_numbers
    return [[parcel.tracking_number, *more.get(parcel.id, [])] for parcel in order.parcels]


def writes(harness: ShopifyHarness) -> int:
    return sum(harness.is_write(seen) for seen in harness.shop.requests)
