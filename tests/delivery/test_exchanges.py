"""What an operator can see of the exchanges behind each attempt at a delivery."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from connectors.orders import Address
from connectors.quoting import make_printable
from connectors.shipments import Shipment
from connectors.testing.faults import Answer
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.upstream.exchange import Exchange
from connectors.woocommerce import connector_type
from proxy.cli.deliveries.deliveries import deliveries
from proxy.delivery.exchanges import MOST_EXCHANGES, ExchangeRecorder, hide_addresses
from proxy.delivery.intake import Deliverer, NoticeOutcome
from proxy.settings.models import (
    CredentialSettings,
    DeliverySettings,
    StoreSettings,
    UpstreamSettings,
)
from proxy.storage.database import Database
from proxy.storage.outbox.database import DatabaseOutbox
from proxy.storage.outbox.interface import Attempt, KeptExchange
from proxy.storage.outbox.operator import DatabaseDeliveries
from proxy.stores import Store, open_store
from proxy.telemetry.metrics import Metrics
from tests.connectors.woocommerce.harness import notice, place, settings_for
from tests.databases import make_migrated_file

BUYER = Address(name="Zerlina Löwe", line1="77 Unheard Street", country="US", email="z@loewe.test")
LONGEST = 1_001


@dataclass
class Desk:
    """A WooCommerce shop, the deliverer in front of it, and what is kept."""

    shop: FakeWooCommerceShop
    store: Store
    deliverer: Deliverer
    deliveries: DatabaseDeliveries
    folder: Path

    async def show(self, *words: str) -> str:
        """What `portside deliveries show` prints of the first delivery."""
        file = self.folder / "settings.yaml"
        file.write_text(f"database: sqlite:///{self.folder}/p.db\nstores: {{north: {{}}}}\n")
        given = ["show", "1", "--settings", str(file), *words]
        result = await asyncio.to_thread(CliRunner().invoke, deliveries, given)
        assert result.exit_code == 0, result.output
        return result.output

    async def attempts(self, number: int = 1) -> list[Attempt]:
        return list(await self.deliveries.attempts_at(number))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        shop = await stack.enter_async_context(FakeWooCommerceShop())
        shop.traits.plugin = "ast"
        database = await stack.enter_async_context(
            Database.open(make_migrated_file(tmp_path / "p.db"))
        )
        settings = StoreSettings(
            credentials=(CredentialSettings(username="u", password="p"),),
            connector=settings_for(shop),
            upstream=UpstreamSettings(rate=2000.0, attempts=1),
        )
        store = await stack.enter_async_context(open_store("north", settings, connector_type))
        deliverer = Deliverer(DatabaseOutbox(database), DeliverySettings(), Metrics())
        stack.push_async_callback(deliverer.close)
        yield Desk(shop, store, deliverer, DatabaseDeliveries(database), tmp_path)


async def test_each_request_of_an_attempt_is_kept_and_what_was_written_with_its_answer(
    desk: Desk,
) -> None:
    (order_id,) = place(desk.shop, 1)
    shipment = notice(desk.shop.book[order_id], recipient=BUYER, notify_customer=True)
    assert await accept(desk, shipment) is NoticeOutcome.DELIVERED
    (attempt,) = await desk.attempts()
    told = [kept for kept in attempt.exchanges if kept.step]
    assert [(kept.method, kept.step, kept.status) for kept in told] == [
        ("POST", "tracking", 201),
        ("POST", "note", 201),
        ("POST", "status", 200),
    ]
    assert '"tracking_number":"9400110"' in told[0].request.replace(" ", "")
    assert "9400110" in told[0].answer
    reads = [kept for kept in attempt.exchanges if (kept.method, kept.status) == ("GET", 200)]
    assert any(f"/orders/{order_id}" in kept.url for kept in reads)
    assert {kept.request + kept.answer for kept in reads} == {""}


async def test_the_operator_is_shown_each_request_and_what_was_written(desk: Desk) -> None:
    (order_id,) = place(desk.shop, 1)
    await accept(desk, notice(desk.shop.book[order_id], recipient=BUYER))
    out = await desk.show()
    assert re.search(rf"    → GET \S+/orders/{order_id}\?\S+\n    ← 200 after", out)
    assert f"/orders/{order_id}/shipment-trackings" in out
    assert "  step tracking\n" in out
    assert '          "tracking_number": "9400110"' in out
    shown = json.loads(await desk.show("--json"))["tried"][0]["exchanges"]
    assert [each["step"] for each in shown if "step" in each] == ["tracking", "status"]


async def test_what_the_notice_says_of_the_buyer_and_secrets_are_hidden(desk: Desk) -> None:
    (order_id,) = place(desk.shop, 1)
    body = f'{{"message":"for Zerlina Löwe, {BUYER.line1}, {BUYER.email}: {desk.shop.access.key}"}}'
    desk.shop.faults.add(Answer(400, body), method="POST")
    shipment = notice(desk.shop.book[order_id], recipient=BUYER)
    assert await accept(desk, shipment) is NoticeOutcome.REFUSED
    (attempt,) = await desk.attempts()
    assert attempt.exchanges[-1].status == 400
    assert '{"message":"for ***' in attempt.exchanges[-1].answer
    kept = msgspec.json.encode(attempt.exchanges).decode()
    hidden = ("Zerlina", "Löwe", "Unheard", "loewe.test", desk.shop.access.key)
    assert not [word for word in hidden if word in kept]


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ({"id": 7, "note": "sent", "customer_note": False}, None),
        ({"message": "no", "data": {"status": 422}}, None),
        (
            {"id": 7, "email": "a@b.c", "status": "paid", "billing": {"first_name": "Ada"}},
            {"id": 7, "email": "***", "status": "paid", "billing": {"first_name": "***"}},
        ),
        ([{"to": {"name": "Ada", "zip": "1"}}], [{"to": {"name": "***", "zip": "***"}}]),
        ({"a": {"giftMessage": "Dear", "b": [1]}}, {"a": {"giftMessage": "***", "b": [1]}}),
    ],
)
def test_an_address_in_an_answer_is_not_kept(answer: object, kept: object) -> None:
    body = json.dumps(answer).encode()
    assert json.loads(hide_addresses(body)) == (answer if kept is None else kept)


def test_of_json_that_cannot_be_searched_the_length_is_kept() -> None:
    assert hide_addresses(b'{"street": "1 Rue') == b"(17 bytes of broken JSON)"
    assert hide_addresses(b"[" * 5_000) == b"(5000 bytes of broken JSON)"
    assert hide_addresses(b"[" + b"1," * 40_000) == b"(80001 bytes of JSON)"
    assert hide_addresses(b"<html>") == b"<html>"


async def test_a_shop_that_does_not_answer_is_kept_with_the_reason(desk: Desk) -> None:
    (order_id,) = place(desk.shop, 1)
    shipment = notice(desk.shop.book[order_id])
    await desk.shop.stop()
    assert await accept(desk, shipment) is NoticeOutcome.WAITING
    (attempt,) = await desk.attempts()
    assert attempt.exchanges[-1].status is None
    assert attempt.exchanges[-1].error


async def test_deliveries_side_by_side_keep_each_its_own(desk: Desk) -> None:
    orders = place(desk.shop, 4)
    notices = [notice(desk.shop.book[order_id]) for order_id in orders]
    await asyncio.gather(*(accept(desk, each) for each in notices))
    for number in range(1, 5):
        order_id = (await desk.deliveries.get(number)).shipment.order_id
        (attempt,) = await desk.attempts(number)
        told = [kept.url for kept in attempt.exchanges if kept.step]
        assert told
        assert all(f"/orders/{order_id}" in url for url in told)


EXCHANGES = st.builds(
    Exchange,
    method=st.sampled_from(["GET", "POST"]),
    url=st.text(max_size=500),
    status=st.sampled_from([None, 200, 404, 500]),
    seconds=st.floats(0, 100),
    attempt=st.just(1),
    error=st.text(max_size=1500),
    writes=st.booleans(),
    bare_request=st.binary(max_size=1500) | st.text(max_size=1500).map(lambda text: text.encode()),
    bare_response=st.binary(max_size=5000),
)


@given(st.lists(EXCHANGES, max_size=60))
def test_what_is_kept_is_bounded_printable_and_has_the_first_and_the_last(
    exchanges: list[Exchange],
) -> None:
    recorder = ExchangeRecorder(Shipment(order_number="1", recipient=BUYER))
    for exchange in exchanges:
        recorder.take(exchange)
    kept = recorder.list_kept()
    assert len(kept) == min(len(exchanges), MOST_EXCHANGES)
    for each in kept:
        for text in (each.url, each.error, each.request, each.answer):
            assert len(text) <= LONGEST
            assert make_printable(text) == text
    if exchanges:
        assert is_of(kept[0], exchanges[0])
        assert is_of(kept[-1], exchanges[-1])
    assert msgspec.json.decode(msgspec.json.encode(kept), type=tuple[KeptExchange, ...]) == kept


def is_of(kept: KeptExchange, exchange: Exchange) -> bool:
    return (kept.method, kept.status) == (exchange.method, exchange.status)


async def accept(desk: Desk, shipment: Shipment) -> NoticeOutcome:
    return (await desk.deliverer.accept(desk.store, shipment)).outcome
