"""`check` names what is wrong with a shop in plain words, with advice, and changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.interface import CheckLevel, Finding
from connectors.testing.faults import Answer, Misdated
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, at
from tests.connectors.woocommerce.harness import open_woocommerce


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        shop.book.add(modified_at=at(1))
        yield shop


async def findings(shop: FakeWooCommerceShop, **settings: Any) -> tuple[Finding, ...]:
    """What the check says."""
    async with open_woocommerce(shop, QUICK, **settings) as connector:
        return (await connector.check()).findings


async def test_a_working_shop_is_well_and_untouched(shop: FakeWooCommerceShop) -> None:
    found = await findings(shop)
    assert [finding.level for finding in found] == [CheckLevel.OK] * len(found)
    assert [finding.what for finding in found] == [
        f"Orders can be read from {shop.url}: the shop has 1",
        "The key may write",
        "WooCommerce 10.9.4",
        "Weights are in g, sizes in cm",
        "Tracking numbers go to: order note, as no place for tracking was found",
    ]
    assert shop.book["1001"].modified_at == at(1)
    assert shop.desk.notes == {}


async def test_a_shop_whose_clock_is_wrong_is_told_of(shop: FakeWooCommerceShop) -> None:
    shop.faults.add(Misdated(-900), times=None)
    last = (await findings(shop))[-1]
    assert last.level is CheckLevel.WARNING
    assert last.what.startswith("The shop's clock runs 15 minutes behind ours")
    assert "NTP" in last.advice


async def test_a_long_list_that_fails_once_is_no_reason_for_shorter_ones(
    shop: FakeWooCommerceShop,
) -> None:
    shop.faults.add(
        Answer(500),
        times=1,
        when=lambda seen: seen.query.get("per_page") == "100" and seen.path.endswith("/orders"),
    )
    assert {each.level for each in await findings(shop)} == {CheckLevel.OK}


async def test_a_shop_that_dies_over_long_lists_is_told_which_size_to_set(
    shop: FakeWooCommerceShop,
) -> None:
    shop.faults.add(
        Answer(500),
        times=None,
        when=lambda seen: int(seen.query.get("per_page", "1")) > 25 and "/orders" in seen.path,
    )
    (warned,) = [each for each in await findings(shop) if each.level is not CheckLevel.OK]
    assert warned.what == "The shop fails over a list of 100 orders and manages 25"
    assert "Set page_size: 25" in warned.advice


async def test_a_signature_that_never_fits_is_answered_with_basic(
    shop: FakeWooCommerceShop,
) -> None:
    said = (
        '{"code":"woocommerce_rest_authentication_error","message":"Invalid signature - provided'
        ' signature does not match.","data":{"status":401}}'
    )
    shop.faults.add(
        Answer(401, said), times=None, when=lambda seen: "oauth_signature" in seen.query
    )
    (problem,) = await findings(shop)
    assert "Invalid signature" in problem.what
    assert problem.advice.startswith("Set auth: basic.")


@pytest.mark.parametrize(
    ("traits", "settings", "level", "what"),
    [
        (
            {"version": "5.6.1"},
            {},
            CheckLevel.WARNING,
            "WooCommerce 5.6.1 cannot list orders by their last change",
        ),
        (
            {"hides_settings": True},
            {},
            CheckLevel.WARNING,
            "The shop's weight unit is not shown to this key, so no weights are sent",
        ),
        (
            {"plugin": "ast"},
            {},
            CheckLevel.OK,
            "Tracking numbers go to: Advanced Shipment Tracking",
        ),
        (
            {"plugin": "shipment_tracking"},
            {},
            CheckLevel.OK,
            "Tracking numbers go to: Shipment Tracking",
        ),
        (
            {"fulfillments": True},
            {},
            CheckLevel.OK,
            "Tracking numbers go to: WooCommerce fulfillments",
        ),
        (
            {},
            {"tracking": "ast"},
            CheckLevel.PROBLEM,
            "The plugin Advanced Shipment Tracking is not there",
        ),
        (
            {},
            {"tracking": "fulfillments"},
            CheckLevel.PROBLEM,
            "WooCommerce's fulfillments are not switched on in this shop",
        ),
        ({}, {"tracking": "note"}, CheckLevel.OK, "Tracking numbers go to: order note"),
        (
            {},
            {"partial_status": "partial-shipped"},
            CheckLevel.PROBLEM,
            "The shop has no order status 'partial-shipped'",
        ),
    ],
)
async def test_each_thing_that_matters_is_named(
    shop: FakeWooCommerceShop,
    traits: dict[str, Any],
    settings: dict[str, Any],
    level: CheckLevel,
    what: str,
) -> None:
    for name, value in traits.items():
        setattr(shop.traits, name, value)
    found = {finding.what: finding for finding in await findings(shop, **settings)}
    assert what in found, list(found)
    assert found[what].level is level
    assert bool(found[what].advice) is (level is not CheckLevel.OK)
