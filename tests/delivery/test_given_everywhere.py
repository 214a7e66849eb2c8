"""Whatever the kind of shop, a notice is understood by what went out: the number alone, a split's
number, cut texts and aliases, with no request that looks for the order.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import ClientSession
from lxml import etree

from connectors.interface import ConnectorSettings
from connectors.testing.book import BookOrder
from connectors.testing.harness import ShopHarness
from connectors.testing.shops.json_shop import FakeJsonShop, Style
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import at
from proxy.app import open_portside
from proxy.cli.kinds import find_kind
from proxy.settings.models import Settings
from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.names import BooksName
from proxy.storage.outbox.foresight import DatabaseForesight
from tests.connectors.generic_json.styles import read_style
from tests.connectors.generic_json.test_contract import JsonHarness
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.connectors.shopify.shops import ShopifyHarness
from tests.connectors.shopify.shops import settings_for as shopify_settings
from tests.connectors.woocommerce.harness import WooCommerceHarness, settings_for
from tests.databases import make_migrated_file
from tests.server.conftest import LOGIN

LONG_ID = "T3JkZXJMaW5lOjEy" * 4
WINDOW = {"action": "export", "start_date": "03/02/2026 00:00", "end_date": "03/03/2026 00:00"}
ITEM = "<Item><LineItemID>{}</LineItemID><SKU>{}</SKU><Name>{}</Name><Quantity>1</Quantity></Item>"


class Front:
    """Portside in front of one shop."""

    def __init__(self, harness: ShopHarness, url: str, session: ClientSession) -> None:
        self.harness = harness
        self.url = url
        self.session = session

    async def poll(self) -> etree._Element:
        """The one order, as ShipStation was given it."""
        async with self.session.get(self.url, params=WINDOW, headers=LOGIN) as answer:
            (order,) = etree.fromstring(await answer.read()).iterfind("Order")
            return order

    async def notify(self, tracking: str, *items: str, **named: str) -> str:
        """Send a notice; what Portside answers."""
        fields = "".join(f"<{name}>{value}</{name}>" for name, value in named.items())
        body = (
            f"<ShipNotice>{fields}<TrackingNumber>{tracking}</TrackingNumber>"
            f"<Items>{''.join(items)}</Items></ShipNotice>"
        )
        params = {"action": "shipnotify"}
        async with self.session.post(self.url, params=params, data=body, headers=LOGIN) as answer:
            assert answer.status == 200
            return await answer.text()


def item(line: etree._Element, *, with_id: bool) -> str:
    """A line as a notice names it."""
    texts = [line.findtext(name) or "" for name in ("LineItemID", "SKU", "Name")]
    return ITEM.format(texts[0] if with_id else "", *texts[1:])


@asynccontextmanager
async def open_front(
    harness: ShopHarness, connector: ConnectorSettings, folder: Path
) -> AsyncIterator[Front]:
    store: dict[str, Any] = {
        "credentials": [{"username": "north", "password": "pass-word"}],
        "connector": connector,
        "upstream": {"rate": "1000/s"},
    }
    settings = Settings.model_validate(
        {
            "listen": "127.0.0.1:0",
            "admin": {"listen": "127.0.0.1:0"},
            "database": make_migrated_file(folder / "portside.db"),
            "stores": {"north": store},
        }
    )
    async with open_portside(settings, find_kind) as portside, ClientSession() as session:
        yield Front(harness, f"http://{portside.public}/stores/north", session)


async def list_hints(folder: Path) -> list[str]:
    """Orders that the next window will ask the shop for."""
    async with (
        Database.open(f"sqlite:///{folder}/portside.db") as database,
        DatabaseExportStorage(database).writing(BooksName("north")) as rows,
    ):
        await rows.carry_hints(1, 10)
        return list(await rows.carried_hints(1))


def add_order(harness: ShopHarness) -> BookOrder:
    """Two of a SKU and a name that do not fit, and one of another."""
    order_id = harness.add_order(at(1), lines=(("CUP " + "blue" * 30, 2), ("POT", 1)))
    order = harness.shop.book[order_id]
    order.lines[0].name = "Cup \x1f with " + "roses " * 50
    return order


async def ship_in_three_notices(front: Front) -> None:
    """One cup by the number alone, one pot by a split's number, the other cup by all ids."""
    given = await front.poll()
    number, order_id = given.findtext("OrderNumber") or "", given.findtext("OrderID") or ""
    cup, pot = given.iterfind("Items/Item")
    assert len(cup.findtext("SKU") or "") <= 100
    await front.notify("T1", item(cup, with_id=False), OrderNumber=number)
    await front.notify("T2", item(pot, with_id=False), OrderNumber=f"{number}-2", OrderID="4711000")
    await front.notify("T3", item(cup, with_id=True), OrderNumber=number, OrderID=order_id)


async def test_every_kind_of_shop_hears_of_each_part_once(shop_front: Front) -> None:
    harness = shop_front.harness
    order = add_order(harness)
    cup, pot = harness.line_ids(order.id)
    await ship_in_three_notices(shop_front)
    assert harness.list_received(order.id) == [("T1", {cup: 1}), ("T2", {pot: 1}), ("T3", {cup: 1})]
    assert harness.is_shipped(order.id)


@pytest.fixture(params=["woocommerce", "shopify rest", "shopify graphql", "generic_json"])
async def shop_front(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Front]:
    kind, _, transport = request.param.partition(" ")
    if kind == "woocommerce":
        async with FakeWooCommerceShop() as shop:
            harness: ShopHarness = WooCommerceHarness(shop)
            async with open_front(harness, settings_for(shop), tmp_path) as front:
                yield front
    elif kind == "shopify":
        async with FakeShopify() as shopify:
            harness = ShopifyHarness(shopify, transport)
            settings = shopify_settings(shopify, transport=transport)
            async with open_front(harness, settings, tmp_path) as front:
                yield front
    else:
        async with FakeJsonShop(Style.PAGE) as described:
            harness = JsonHarness(described)
            settings_read = read_style(Style.PAGE, described.url)
            async with open_front(harness, settings_read, tmp_path) as front:
                yield front


async def test_long_ids_come_back_as_themselves_also_to_the_next_window(tmp_path: Path) -> None:
    async with FakeJsonShop(Style.PAGE) as shop:
        harness = JsonHarness(shop)
        async with open_front(harness, read_style(Style.PAGE, shop.url), tmp_path) as front:
            order = add_order(harness)
            shop.book._orders[LONG_ID] = shop.book._orders.pop(order.id)
            order.id = order.lines[0].id = LONG_ID
            given = await front.poll()
            assert LONG_ID not in etree.tostring(given).decode()
            cup, _ = given.iterfind("Items/Item")
            alias = given.findtext("OrderID") or ""
            await front.notify("T1", item(cup, with_id=True), OrderID=alias, OrderNumber="1001")
        assert harness.list_received(LONG_ID) == [("T1", {LONG_ID: 1})]
        assert await list_hints(tmp_path) == [LONG_ID]


async def test_what_is_remembered_holds_nothing_of_the_buyer(tmp_path: Path) -> None:
    async with FakeWooCommerceShop() as shop:
        harness = WooCommerceHarness(shop)
        async with open_front(harness, settings_for(shop), tmp_path) as front:
            order = add_order(harness)
            order.ship_to = msgspec.structs.replace(order.ship_to, name="Zerlina Löwe")
            given = await front.poll()
            assert "Zerlina" in etree.tostring(given, encoding="unicode")
        async with Database.open(f"sqlite:///{tmp_path}/portside.db") as database:
            (kept,) = await DatabaseForesight(database).find_given("north", order.number)
        text = msgspec.json.encode(kept).decode()
        assert order.number in text
        buyer = (*msgspec.structs.astuple(order.ship_to), order.email)
        assert not [word for word in buyer if len(word) > 2 and word in text]
