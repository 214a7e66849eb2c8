"""`portside ship`: what a person sees before a shop hears about a parcel by hand, and that the shop
hears about it as about any notice.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from connectors.interface import ConnectorType
from connectors.orders import OrderStatus
from connectors.shipments import Shipment, ShippedItem
from connectors.testing.book import BookOrder
from connectors.testing.clock import Clock
from connectors.testing.shops.json_shop import TOKEN, FakeJsonShop, Style
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from proxy.cli import shops
from proxy.cli.kinds import find_kind
from proxy.rules.matching import GivenLine, GivenOrder
from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.names import BooksName
from proxy.storage.outbox.database import DatabaseOutbox
from proxy.storage.outbox.interface import Delivery, DeliveryFilter, DeliveryState, PutResult
from proxy.storage.outbox.operator import DatabaseDeliveries
from tests.cli.test_inspection import line_of, run
from tests.connectors.contract.ledger import LedgerHarness
from tests.connectors.contract.ledger_shop import FakeLedgerShop
from tests.connectors.generic_json.styles import style_block
from tests.databases import make_migrated_file, read_actions

NORTH = BooksName("north")


@dataclass
class Desk:
    """A shop, settings that lead to it, and the database."""

    shop: Any
    settings: Path
    url: str

    async def ship(self, order: str, *words: str, tracking: str = "1Z9") -> Result:
        given = ("--settings", self.settings, "--store", "north", order, "--tracking", tracking)
        return await run("ship", *given, *words)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Database]:
        async with Database.open(self.url) as database:
            yield database

    async def deliveries(self) -> Sequence[Delivery]:
        async with self.opened() as database:
            return await DatabaseDeliveries(database).find(DeliveryFilter())

    async def give(self, *orders: GivenOrder) -> None:
        async with (
            self.opened() as database,
            DatabaseExportStorage(database).writing(NORTH) as rows,
        ):
            await rows.put_given(orders)

    async def hints(self) -> list[str]:
        """Orders that the next window asks for."""
        async with (
            self.opened() as database,
            DatabaseExportStorage(database).writing(NORTH) as rows,
        ):
            await rows.carry_hints(1, 10)
            return list(await rows.carried_hints(1))

    def writes(self) -> list[str]:
        return [seen.path for seen in self.shop.requests if seen.method != "GET"]


async def set_table(folder: Path, shop: Any, connector: dict[str, Any]) -> Desk:
    url = make_migrated_file(folder / "portside.db")
    store = {
        "credentials": {"username": "u", "password": "p"},
        "connector": {**connector, "url": shop.url},
        "upstream": {"rate": "1000/s", "attempts": 1},
    }
    settings = folder / "settings.yaml"
    settings.write_text(
        yaml.safe_dump({"database": url, "stores": {"north": store}}, sort_keys=False)
    )
    return Desk(shop, settings, url)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """In front of a WooCommerce shop with a tracking plugin."""
    async with FakeWooCommerceShop(clock=Clock(datetime.now(UTC))) as shop:
        shop.traits.plugin = "ast"
        keys = {"consumer_key": shop.access.key, "consumer_secret": shop.access.secret}
        yield await set_table(tmp_path, shop, {"type": "woocommerce", **keys})


def add(desk: Desk, *lines: tuple[str, int]) -> BookOrder:
    found: BookOrder = desk.shop.book.add(lines=lines or (("CUP", 2), ("POT", 1)))
    return found


def remember(order: BookOrder, **changes: Any) -> GivenOrder:
    lines = tuple(
        GivenLine(id=line.id, sku=line.sku, name=line.name, quantity=line.quantity)
        for line in order.lines
    )
    facts = {"id": order.id, "number": order.number, "lines": lines, **changes}
    return GivenOrder(shop_id=order.id, shop_number=order.number, **facts)


async def test_a_dry_run_shows_each_request_masked_and_neither_sends_nor_stores(desk: Desk) -> None:
    order = add(desk)
    result = await desk.ship(order.number, "--carrier", "UPS", "--item", "CUP=1", "--dry-run")
    assert result.exit_code == 0, result.output
    shown = re.findall(r"→ (POST|GET) http://\S+/(\S+?)(?:\?\S*)?  step (\w+)", result.output)
    assert shown == [("POST", "shipment-trackings", "tracking"), ("POST", "notes", "note")]
    assert '"tracking_number": "1Z9"' in result.output
    assert result.output.count("not sent: a dry run") == 2
    assert "2 requests would be sent; more would be left to ship" in result.output
    assert desk.shop.access.secret not in result.output
    assert order.ship_to.line1 not in result.output
    assert (desk.writes(), await desk.deliveries(), await desk.hints()) == ([], [], [])


async def test_a_dry_run_names_the_line_of_the_settings(tmp_path: Path) -> None:
    async with FakeJsonShop(clock=Clock(datetime.now(UTC))) as shop:
        desk = await set_table(tmp_path, shop, style_block(Style.PAGE))
        order = add(desk)
        result = await desk.ship(order.id, "--dry-run")
        line = line_of(desk.settings, "path: api/orders/{{ order.id }}/parcels")
        assert result.exit_code == 0, result.output
        assert re.search(
            rf"→ POST \S+/parcels  step parcel \(\S*settings\.yaml:{line}\)", result.output
        )
        assert TOKEN not in result.output
        assert desk.writes() == []


async def test_a_parcel_told_by_hand_is_a_notice_like_any_other(desk: Desk) -> None:
    order = add(desk)
    result = await desk.ship(order.number, "--item", f"{order.lines[0].id}=2", "--item", "POT=1")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("delivery 1: delivered; the shop has it (")
    assert [parcel.tracking_number for parcel in order.parcels] == ["1Z9"]
    assert order.status is OrderStatus.SHIPPED
    (delivery,) = await desk.deliveries()
    assert (delivery.state, delivery.shipment.order_id) == (DeliveryState.DELIVERED, order.id)
    assert await desk.hints() == [order.id]
    notice = Shipment(
        order_id=order.id,
        order_number=order.number,
        carrier="Other",
        tracking_number="1z 9",
        items=tuple(ShippedItem(line_id=each.id, quantity=each.quantity) for each in order.lines),
    )
    async with desk.opened() as database:
        joined, _ = await DatabaseOutbox(database).put("north", notice, lease=None)
    assert joined is PutResult.JOINED
    again = await desk.ship(order.number, "--dry-run")
    said = "nothing would be sent: this is a repeat of delivery 1, delivered"
    assert again.output.splitlines()[-1] == said
    assert (await desk.ship(order.number)).output.startswith("delivery 1: known already;")
    assert len(order.parcels) == 1
    assert await read_actions(desk.url) == [("ship", "north", "delivery 1")]


async def test_the_order_is_found_by_number_id_alias_and_split_number(desk: Desk) -> None:
    order = add(desk)
    alias = "id-00112233445566778899aabbccddeeff"
    await desk.give(remember(order, id=alias, number="N-1001"))
    for word in ("N-1001", order.id, alias, "N-1001-2"):
        result = await desk.ship(word, "--dry-run")
        assert result.exit_code == 0, result.output
        assert f"/orders/{order.id}/shipment-trackings  step tracking" in result.output
    missing = await desk.ship("N-1002", "--dry-run")
    assert (missing.exit_code, desk.writes()) == (1, [])
    assert "N-1002" in missing.output


async def test_a_number_that_two_orders_were_given_under_asks_for_an_id(desk: Desk) -> None:
    one, other = add(desk), add(desk)
    await desk.give(remember(one, number="7"), remember(other, number="7"))
    result = await desk.ship("7", "--dry-run")
    assert result.exit_code == 1
    assert f"found several by '7': name one of {one.id}, {other.id}" in result.output
    assert (await desk.ship(other.id, "--dry-run")).exit_code == 0


@pytest.mark.parametrize(
    ("item", "complaint"),
    [
        ("CUP", "item: expected LINE=PIECES, as in CUP-BLUE=2, found 'CUP'"),
        ("CUP=0", "item: expected 1 to 99999 pieces, found 'CUP=0'"),
        ("CUP=two", "item: expected LINE=PIECES"),
        ("SAW=1", "item: expected a line of order 1001, which has "),
        ("same=1", "item: expected one line, found several by 'same': name one of "),
    ],
)
async def test_an_item_that_cannot_be_meant_is_one_sentence_and_nothing_is_told(
    desk: Desk, item: str, complaint: str
) -> None:
    order = add(desk)
    for line in order.lines:
        line.name = "same"
    result = await desk.ship(order.number, "--item", item)
    assert result.exit_code == 1
    assert f"Error: {complaint}" in result.output
    assert (desk.writes(), await desk.deliveries()) == ([], [])


async def test_what_the_shop_refuses_is_said_in_a_dry_run_and_kept_dead_otherwise(
    desk: Desk,
) -> None:
    order = add(desk)
    order.status = OrderStatus.CANCELLED
    dry = await desk.ship(order.number, "--dry-run")
    assert dry.exit_code == 1
    assert "✗ ConflictError: Order 1001 is cancelled" in dry.output
    assert await desk.deliveries() == []
    result = await desk.ship(order.number)
    assert result.exit_code == 1
    assert "Order 1001 is cancelled" in result.output
    assert "see `portside deliveries show 1`" in result.output
    (delivery,) = await desk.deliveries()
    assert delivery.state is DeliveryState.DEAD


async def test_a_shop_that_is_down_is_told_later(desk: Desk) -> None:
    order = add(desk)
    await desk.give(remember(order))
    await desk.shop.stop()
    result = await desk.ship(order.number)
    assert result.exit_code == 0
    assert "delivery 1: stored; Portside will tell the shop" in result.output
    (delivery,) = await desk.deliveries()
    assert (delivery.state, delivery.lease) == (DeliveryState.WAITING, None)


async def test_the_shop_mails_the_buyer_unless_told_not_to(desk: Desk) -> None:
    loud, quiet = add(desk), add(desk)
    assert "step note" in (await desk.ship(loud.number, "--dry-run")).output
    assert "step note" not in (await desk.ship(quiet.number, "--dry-run", "--no-notify")).output


async def test_a_strangers_connector_that_knows_of_no_dry_run_stops_at_its_first_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with AsyncExitStack() as stack:
        shop = await stack.enter_async_context(FakeLedgerShop())
        plain = find_kind("generic_json")

        def open_ledger(_settings: Any, context: Any) -> Any:
            return LedgerHarness(shop).open_connector(context.upstream)

        ledger = ConnectorType(name="ledger", settings=plain.settings, open=open_ledger)
        desk = await set_table(tmp_path, shop, style_block(Style.PAGE))
        monkeypatch.setattr(shops, "find_kind", lambda _name: ledger)
        order = add(desk)
        result = await desk.ship(order.id, "--dry-run")
        assert result.exit_code == 0, result.output
        assert "shows no further requests in a dry run" in result.output
        assert desk.writes() == []


async def test_a_store_that_is_not_there_and_a_database_that_is_not_are_one_line(
    desk: Desk,
) -> None:
    wrong = await run(
        "ship", "--settings", desk.settings, "--store", "nrth", "1", "--tracking", "T"
    )
    assert wrong.exit_code == 1
    assert "did you mean 'north'" in wrong.output
    await asyncio.to_thread(Path(desk.url.removeprefix("sqlite:///")).unlink)
    missing = await desk.ship("1")
    assert missing.exit_code == 1
    assert "nothing is recorded yet" in missing.output
