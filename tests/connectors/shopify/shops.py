"""What the Shopify tests share: a harness for each transport, and settings that fit the fake
shop.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from connectors.filling import FieldFiller
from connectors.interface import (
    Connector,
    ConnectorContext,
    ForgetfulMemory,
    Memory,
    Remark,
    ignore_remark,
)
from connectors.shipments import ShippingRules
from connectors.shopify import connector_type
from connectors.shopify.settings import ShopifySettings
from connectors.testing.contract import ShopHarness, Told
from connectors.testing.requests import SeenRequest
from connectors.testing.trial import QUICK
from connectors.upstream.policy import UpstreamPolicy
from tests.connectors.shopify.fake.shop import FakeShopify

AS_ASKED = ShippingRules()
FORGETFUL = ForgetfulMemory()


def settings_for(shop: FakeShopify, **more: Any) -> ShopifySettings:
    """Settings that reach the fake shop with its permanent token."""
    login = {} if "client_id" in more else {"access_token": shop.token}
    return ShopifySettings.model_validate(
        {"type": "shopify", "shop": "north", "origin": shop.url, **login, **more}
    )


def open_shop(
    shop: FakeShopify,
    policy: UpstreamPolicy = QUICK,
    *,
    rules: ShippingRules = AS_ASKED,
    remark: Callable[[Remark], None] = ignore_remark,
    memory: Memory = FORGETFUL,
    filler: FieldFiller | None = None,
    **more: Any,
) -> AbstractAsyncContextManager[Connector]:
    """The connector in front of the fake shop."""
    context = ConnectorContext(
        store="north", upstream=policy, shipping=rules, remark=remark, memory=memory, filler=filler
    )
    return connector_type.open(settings_for(shop, **more), context)


class ShopifyHarness(ShopHarness):
    """How the contract plays the fake Shopify over one transport."""

    lists_trash = False
    shop: FakeShopify

    def __init__(self, shop: FakeShopify, transport: str) -> None:
        super().__init__(shop)
        self.transport = transport

    def open_connector(self, policy: UpstreamPolicy) -> AbstractAsyncContextManager[Connector]:
        return open_shop(self.shop, policy, transport=self.transport, page_size=self.page_size)

    def list_received(self, order_id: str) -> list[Told]:
        further: list[Told] = [
            (number, {})
            for parcel in self.shop.book[order_id].parcels
            for number in self.shop.further_numbers.get(parcel.id, ())
        ]
        return [*super().list_received(order_id), *further]

    def is_list(self, seen: SeenRequest) -> bool:
        if self.transport == "rest":
            return seen.method == "GET" and seen.path.endswith("/orders.json")
        lists = (b'"query Orders(', b'"query OrdersById(', b'"query Stamps(')
        return any(name in seen.body for name in lists)

    def is_write(self, seen: SeenRequest) -> bool:
        return seen.method != "GET" and b'"query":"query' not in seen.body

    def trash(self, order_id: str, modified_at: datetime) -> None:
        self.shop.book.trash(order_id, modified_at)
