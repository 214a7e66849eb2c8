"""Policy: the store's own words, and which orders are held back and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectors.orders import Fulfillment, OrderStatus
from proxy.rules.policy import Filters, HeldKind, Policy, hold_back, translate, translate_method
from tests.builders import PLACED, build_discount, build_item, build_order

DAY = timedelta(days=1)


def test_the_stores_own_status_words_decide_over_the_connectors() -> None:
    policy = Policy(statuses={"awaiting-pickup": OrderStatus.ON_HOLD})
    order = translate(build_order(shop_status="awaiting-pickup", status=OrderStatus.PAID), policy)
    assert (order.status, order.status_known) == (OrderStatus.ON_HOLD, True)


def test_an_unknown_status_goes_out_on_hold_and_stays_marked_as_unknown() -> None:
    order = translate(
        build_order(shop_status="odd", status=OrderStatus.PAID, status_known=False), Policy()
    )
    assert (order.status, order.status_known) == (OrderStatus.ON_HOLD, False)


def test_a_mapped_word_the_connector_does_not_know_is_known() -> None:
    order = translate(
        build_order(shop_status="odd", status=OrderStatus.ON_HOLD, status_known=False),
        Policy(statuses={"odd": OrderStatus.PAID}),
    )
    assert (order.status, order.status_known) == (OrderStatus.PAID, True)


@pytest.mark.parametrize(
    ("chosen", "asked_for"),
    [
        ("Flat rate", "USPS Ground Advantage"),
        ("FLAT RATE ", "USPS Ground Advantage"),
        ("flat rate", "Economy"),
        ("Express", "Express"),
        ("", ""),
    ],
)
def test_a_shipping_method_is_matched_exactly_and_then_without_regard_to_case(
    chosen: str, asked_for: str
) -> None:
    policy = Policy(shipping_methods={"Flat rate": "USPS Ground Advantage", "flat rate": "Economy"})
    assert (
        translate_method(build_order(shipping_method=chosen), policy).shipping_method == asked_for
    )


def test_a_method_the_map_lacks_becomes_the_default() -> None:
    policy = Policy(shipping_methods={"Flat rate": "USPS"}, default_shipping_method="Standard")
    assert (
        translate_method(build_order(shipping_method="Carrier pigeon"), policy).shipping_method
        == "Standard"
    )


@pytest.mark.parametrize(
    ("filters", "changes", "reason"),
    [
        ({}, {}, None),
        ({}, {"items": ()}, "items: nothing to ship, and filters.shippable_only is on"),
        (
            {},
            {"items": (build_item(id="fee", adjustment=True),)},
            "items: nothing to ship, and filters.shippable_only is on",
        ),
        (
            {},
            {"items": (build_item(fulfillment=Fulfillment.DIGITAL), build_discount())},
            "items: nothing to ship, and filters.shippable_only is on",
        ),
        ({}, {"items": (build_item(fulfillment=Fulfillment.DIGITAL), build_item())}, None),
        ({"shippable_only": False}, {"items": ()}, None),
        (
            {},
            {
                "items": (build_item(fulfillment=Fulfillment.DIGITAL),),
                "status": OrderStatus.CANCELLED,
            },
            "items: nothing to ship, and filters.shippable_only is on",
        ),
        ({"tags": ("Warehouse B",)}, {"tags": ("gift", "warehouse b")}, None),
        ({"tags": ("B", "C")}, {"tags": ("gift",)}, "tags: expected one of B, C, found gift"),
        ({"tags": ("B",)}, {}, "tags: expected one of B, found none"),
        (
            {"exclude_tags": ("Pickup",)},
            {"tags": ("pickup",)},
            "tags: Pickup is left out by filters.exclude_tags",
        ),
        (
            {"tags": ("B",)},
            {"status": OrderStatus.CANCELLED},
            "tags: expected one of B, found none",
        ),
        ({"statuses": ("Processing",)}, {"shop_status": "processing"}, None),
        ({"statuses": ("paid",)}, {"shop_status": "processing"}, None),
        (
            {"statuses": ("completed", "on_hold")},
            {"shop_status": "processing"},
            "status: expected one of completed, on_hold, found processing",
        ),
        ({"shipping_methods": ("FLAT RATE ",)}, {"shipping_method": "Flat rate"}, None),
        ({"shipping_methods": ("Flat rate",)}, {"shipping_method": "Express | Flat rate"}, None),
        (
            {"shipping_methods": ("Flat",)},
            {"shipping_method": "Express | Flat rate"},
            "shipping_method: expected one of Flat, found Express | Flat rate",
        ),
        (
            {"shipping_methods": ("Flat rate",)},
            {"shipping_method": ""},
            "shipping_method: expected one of Flat rate, found none",
        ),
        (
            {},
            {"excluded": "filters.only: `a` is not true of it"},
            "filters.only: `a` is not true of it",
        ),
        ({"max_age": 90 * DAY}, {"placed_at": PLACED - 89 * DAY}, None),
        (
            {"max_age": 90 * DAY},
            {"placed_at": PLACED - 91 * DAY},
            "placed 92 days ago, longer than filters.max_age (90d)",
        ),
        (
            {"max_age": 90 * DAY},
            {"placed_at": PLACED - 91 * DAY, "status": OrderStatus.CANCELLED},
            None,
        ),
        ({"min_age": DAY / 2}, {}, None),
    ],
)
def test_an_order_is_held_back_with_a_reason_or_goes_out(
    filters: dict[str, Any], changes: dict[str, Any], reason: str | None
) -> None:
    held = hold_back(build_order(**changes), Filters(**filters), PLACED + DAY)
    assert (held and held.reason) == reason
    assert held is None or (held.kind, held.until) == (HeldKind.FILTERED, None)


def test_a_shipping_method_is_known_by_the_shops_word_and_by_the_stores() -> None:
    order = build_order(shipping_method="UPS Ground")
    for wanted in ("Flat rate", "UPS Ground"):
        filters = Filters(shipping_methods=(wanted,))
        assert hold_back(order, filters, PLACED + DAY, chosen="Flat rate") is None


def test_an_order_that_is_too_young_says_when_it_will_be_old_enough() -> None:
    held = hold_back(
        build_order(), Filters(min_age=timedelta(minutes=90)), PLACED + timedelta(minutes=89)
    )
    assert held is not None
    assert (held.kind, held.until) == (HeldKind.EARLY, PLACED + timedelta(minutes=90))
    assert held.reason == "placed less than filters.min_age (90m) ago; due 2026-03-23 22:39 UTC"
