"""What a dry run shows is what is sent: each request with its step, in its order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import msgspec
import pytest

from connectors.errors import ConflictError, ConnectorError
from connectors.generic_json import connector_type as generic_json
from connectors.interface import Connector, ConnectorContext, ConnectorType, ShipOutcome
from connectors.orders import Order
from connectors.shipments import Shipment, ShippingRules
from connectors.shopify import connector_type as shopify
from connectors.testing.faults import Answer
from connectors.testing.requests import SeenRequest
from connectors.testing.shop import FakeShop
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, failure, walk
from connectors.upstream.exchange import Exchange
from connectors.woocommerce import connector_type as woocommerce
from tests.connectors.generic_json.recipes.shops.sale import WINDOW, Platform
from tests.connectors.generic_json.recipes.test_platforms import PLATFORMS
from tests.connectors.generic_json.shipping.parcel import (
    LINES,
    SHIPMENT,
    make_shop,
    make_step,
    with_steps,
)
from tests.connectors.generic_json.shops import TinyShop, made, order
from tests.connectors.shopify.fake.fulfillment_orders import MAIN_LOCATION, hold
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.connectors.shopify.shipping.notices import EAST
from tests.connectors.shopify.shipping.notices import notice as shopify_notice
from tests.connectors.shopify.shops import settings_for as shopify_settings
from tests.connectors.woocommerce.harness import notice, place, settings_for

DRY = msgspec.structs.replace(QUICK, dry_run=True)
# A stand-in for what only the shop's answer can say.
STAND_IN = re.compile(r"~[a-z_.]+~")
# What OAuth 1.0a puts behind an address as it is sent.
SIGNATURE = re.compile(r"[?&]oauth_.*")


class Trial:
    """One shop's connector, opened dry or for real, and the writes that its observer saw."""

    def __init__(self, kind: ConnectorType, settings: Any, *, confirm: bool = True) -> None:
        self.kind = kind
        self.confirm = confirm
        self.settings = settings
        self.heard: list[Exchange] = []

    def open(self, *, dry: bool) -> AbstractAsyncContextManager[Connector]:
        self.heard.clear()
        context = ConnectorContext(
            store="north",
            upstream=DRY if dry else QUICK,
            observer=self.heard.append,
            shipping=ShippingRules(confirm=self.confirm and not dry),
        )
        return self.kind.open(self.settings, context)

    async def ship(
        self, shipment: Shipment, *, dry: bool
    ) -> tuple[ShipOutcome, Sequence[Exchange]]:
        async with self.open(dry=dry) as connector:
            outcome = await connector.ship(shipment, ())
        return outcome, [heard for heard in self.heard if is_write(heard)]

    async def compare(self, shipment: Shipment) -> Sequence[Exchange]:
        """Ship dry, then for real; gives what was shown, which must be what was sent."""
        planned, shown = await self.ship(shipment, dry=True)
        done, sent = await self.ship(shipment, dry=False)
        assert not any(each.sent for each in shown)
        assert (planned.already, planned.completed) == (done.already, done.completed)
        assert [each.step for each in shown] == [each.step for each in sent]
        for one, other in zip(shown, sent, strict=True):
            assert one.method == other.method
            assert fits(one.url, SIGNATURE.sub("", other.url))
            assert fits(one.request_body.decode(), other.request_body.decode())
        return shown


def is_write(heard: Exchange) -> bool:
    """Of the requests that are not GETs, reads and logins belong to no step that writes."""
    return heard.method != "GET" and heard.step.split()[:1] not in ([], ["confirm"])


def fits(shown: str, sent: str) -> bool:
    parts = [re.escape(part) for part in STAND_IN.split(shown)]
    return re.fullmatch(".+".join(parts), sent, re.DOTALL) is not None


@pytest.mark.parametrize("tracking", ["fulfillments", "ast", "note"])
async def test_woocommerce_shows_the_tracking_the_note_and_the_status(tracking: str) -> None:
    async with FakeWooCommerceShop() as shop:
        shop.traits.fulfillments = tracking == "fulfillments"
        shop.traits.plugin = tracking if tracking == "ast" else ""
        (order_id,) = place(shop, 1)
        trial = Trial(woocommerce, settings_for(shop))
        shown = await trial.compare(notice(shop.book[order_id], notify_customer=True))
    named = {"fulfillments": ["fulfillment"], "ast": ["tracking", "note"], "note": ["note"]}
    assert [each.step for each in shown] == [*named[tracking], "status"]


def is_request(body: bytes, seen: SeenRequest) -> bool:
    return seen.method != "GET" and seen.body == body


async def name_refused_steps(trial: Trial, shop: FakeShop, shipment: Shipment) -> list[str]:
    """Refuse each write that a dry run shows in its turn; the steps that the errors name."""
    _, shown = await trial.ship(shipment, dry=True)
    named = []
    for spared, one in enumerate(shown):
        refusal = Answer(400, '{"message": "not today", "errors": "not today"}')
        shop.faults.add(refusal, when=partial(is_request, one.request_body))
        async with trial.open(dry=False) as connector:
            error = await failure(connector.ship(shipment, ()), ConnectorError)
        assert "not today" in str(error), spared
        named.append(str(error).partition(":")[0])
    assert named == [f"Step {each.step}" for each in shown]
    return named


async def test_an_error_names_what_woocommerce_was_being_told() -> None:
    async with FakeWooCommerceShop() as shop:
        shop.traits.plugin = "ast"
        (order_id,) = place(shop, 1)
        told = notice(shop.book[order_id], notify_customer=True)
        trial = Trial(woocommerce, settings_for(shop))
        assert await name_refused_steps(trial, shop, told) == [
            "Step tracking",
            "Step note",
            "Step status",
        ]


@pytest.mark.parametrize("transport", ["rest", "graphql"])
async def test_an_error_names_what_shopify_was_being_told(transport: str) -> None:
    async with FakeShopify() as shop:
        found = shop.book.add(lines=(("A", 2),))
        hold(shop.shelves.of(found)[0], "other")
        settings = shopify_settings(shop, transport=transport, release_holds=True)
        named = await name_refused_steps(Trial(shopify, settings), shop, shopify_notice(found))
        assert named == ["Step release hold", "Step parcel"]
        await Trial(shopify, settings).ship(shopify_notice(found), dry=False)
        further = shopify_notice(found, "T2")
        named = await name_refused_steps(Trial(shopify, settings), shop, further)
        assert named == ["Step tracking number"]


@pytest.mark.parametrize("transport", ["rest", "graphql"])
async def test_shopify_shows_a_parcel_of_each_location(transport: str) -> None:
    async with FakeShopify() as shop:
        found = shop.book.add(lines=(("A", 2), ("B", 1)))
        shop.shelves.split(found, (MAIN_LOCATION, {"A": 2}), (EAST, {"B": 1}))
        trial = Trial(shopify, shopify_settings(shop, transport=transport))
        shown = await trial.compare(shopify_notice(found))
    assert [each.step for each in shown] == ["parcel", "parcel"]


@pytest.mark.parametrize("transport", ["rest", "graphql"])
async def test_shopify_shows_what_follows_once_a_hold_is_released(transport: str) -> None:
    async with FakeShopify() as shop:
        found = shop.book.add(lines=(("A", 2),))
        hold(shop.shelves.of(found)[0], "other")
        locked = Trial(shopify, shopify_settings(shop, transport=transport))
        async with locked.open(dry=True) as connector:
            await failure(connector.ship(shopify_notice(found), ()), ConflictError)
        trial = Trial(shopify, shopify_settings(shop, transport=transport, release_holds=True))
        shown = await trial.compare(shopify_notice(found))
    assert [each.step for each in shown] == ["release hold", "parcel"]


@pytest.mark.parametrize("transport", ["rest", "graphql"])
async def test_shopify_shows_a_further_tracking_number(transport: str) -> None:
    async with FakeShopify() as shop:
        found = shop.book.add(lines=(("A", 1),))
        trial = Trial(shopify, shopify_settings(shop, transport=transport))
        await trial.ship(shopify_notice(found, "T1"), dry=False)
        shown = await trial.compare(shopify_notice(found, "T2"))
    assert [each.step for each in shown] == ["tracking number"]


@pytest.mark.parametrize("make", PLATFORMS, ids=lambda make: make.recipe)
async def test_each_recipe_shows_its_requests(make: type[Platform]) -> None:
    async with make() as shop:
        trial = Trial(generic_json, shop.settings())
        async with trial.open(dry=True) as connector:
            found = (await walk(connector, WINDOW))[1]
        assert isinstance(found, Order)
        told = Shipment(
            order_id=found.id, order_number=found.number, carrier="FedEx", tracking_number="T1"
        )
        assert await trial.compare(told)


async def test_a_request_that_needs_an_answer_shows_what_belongs_there() -> None:
    steps = with_steps(
        make_step("box", "boxes", answer="box"),
        {"name": "look", "request": "boxes/{{ box.id }}", "answer": "box.label"},
        make_step("label", "boxes/{{ box.id }}/labels", {"of": "{{ look }}", "in": "{{ box.in }}"}),
        make_step("mail", "mail", when="label.ok"),
    )
    async with make_box_shop() as shop:
        trial = Trial(generic_json, made(shop.url, steps), confirm=False)
        outcome, _ = await trial.ship(SHIPMENT, dry=True)
        assert [seen.method for seen in shop.requests] == ["GET"]
        shown = [each for each in trial.heard if not each.sent]
        assert [(each.method, each.url.removeprefix(shop.url)) for each in shown] == [
            ("POST", "/boxes"),
            ("GET", "/boxes/~box.id~"),
            ("POST", "/boxes/~box.id~/labels"),
            ("POST", "/mail"),
        ]
        assert msgspec.json.decode(shown[2].request_body) == {"of": "~look~", "in": "~box.in~"}
        assert "step mail" in outcome.detail
        assert "'label.ok'" in outcome.detail
        await trial.ship(SHIPMENT, dry=False)
    assert shop.bodies("POST", "/labels") == [{"of": "L-9", "in": 3}]


async def test_a_step_for_each_element_of_an_answer_is_shown_once() -> None:
    steps = with_steps(
        make_step("box", "boxes", answer="box"),
        make_step("label", "boxes/{{ item.id }}/labels", {}, each="box.parts"),
    )
    async with make_box_shop() as shop:
        trial = Trial(generic_json, made(shop.url, steps))
        outcome, shown = await trial.ship(SHIPMENT, dry=True)
    assert [each.url.removeprefix(shop.url) for each in shown] == [
        "/boxes",
        "/boxes/~item.id~/labels",
    ]
    assert "'box.parts'" in outcome.detail


def make_box_shop() -> TinyShop:
    return make_shop(
        order(1, lines=LINES),
        **{
            "POST /boxes": {"box": {"id": 5, "in": 3, "parts": [{"id": 5}]}},
            "GET /boxes/5": {"box": {"label": "L-9"}},
            "POST /boxes/5/labels": {"ok": True},
            "POST /mail": {},
        },
    )
