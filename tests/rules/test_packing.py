"""Who carries a line decides whether it goes out; a parcel needs an address."""

from __future__ import annotations

import pytest

from connectors.orders import Fulfillment, LineItem, OrderStatus
from proxy.rules.packing import describe_lines_left, describe_missing_place
from proxy.rules.policy import Filters, HeldKind, Policy, hold_back, translate
from tests.builders import PLACED, build_address, build_customer, build_item, build_order

PICKUP, DELIVERY, SERVICE, DIGITAL = (
    build_item(id=way, fulfillment=way)
    for way in (
        Fulfillment.PICKUP,
        Fulfillment.LOCAL_DELIVERY,
        Fulfillment.OTHER_SERVICE,
        Fulfillment.DIGITAL,
    )
)
PARCEL = build_item(id="parcel")


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (PICKUP, "the buyer collects this order"),
        (DELIVERY, "the merchant delivers this order without a carrier"),
        (SERVICE, "another service ships this order"),
    ],
)
def test_an_order_without_a_parcel_is_left_out_with_its_reason_and_goes_out_where_wanted(
    item: object, reason: str
) -> None:
    order = build_order(items=(item,))
    held = hold_back(order, Filters(), PLACED)
    assert held is not None
    way = order.items[0].fulfillment
    assert (held.kind, held.reason) == (
        HeldKind.FILTERED,
        f"{reason} (to export such orders: filters.include: [{way}])",
    )
    assert hold_back(order, Filters(include=(way,)), PLACED) is None
    assert hold_back(order, Filters(shippable_only=False), PLACED) is None


@pytest.mark.parametrize(
    ("include", "exported"),
    [
        ((), ["parcel", "digital"]),
        ((Fulfillment.OTHER_SERVICE,), ["other_service", "parcel", "digital"]),
        ((Fulfillment.PICKUP,), ["pickup", "parcel", "digital"]),
    ],
)
def test_lines_that_travel_otherwise_are_left_out_of_an_order_with_a_parcel(
    include: tuple[Fulfillment, ...], exported: list[str]
) -> None:
    order = build_order(items=(PICKUP, SERVICE, PARCEL, DIGITAL))
    sent = translate(order, Policy(filters=Filters(include=include)))
    assert [item.id for item in sent.items] == exported


@pytest.mark.parametrize(
    ("items", "include", "left"),
    [
        ((PARCEL, PICKUP), (), "items: 1 of 2 lines stay behind: the buyer collects them"),
        (
            (PARCEL, SERVICE, PICKUP),
            (),
            "items: 2 of 3 lines stay behind: another service ships them, and the buyer collects",
        ),
        ((PARCEL, PICKUP), (Fulfillment.PICKUP,), ""),
        ((PARCEL, DIGITAL), (), ""),
        # Such an order is left out whole.
        ((PICKUP, SERVICE), (), ""),
    ],
)
def test_lines_that_stay_behind_are_told_with_their_reason(
    items: tuple[LineItem, ...], include: tuple[Fulfillment, ...], left: str
) -> None:
    found = describe_lines_left(build_order(items=items), include)
    assert (found.startswith(left) and left != "") or found == left


def test_an_order_of_which_no_line_is_left_keeps_them_all_for_news_of_a_given_order() -> None:
    order = build_order(items=(PICKUP, SERVICE))
    assert translate(order, Policy()).items == order.items


def test_goods_that_another_order_holds_are_left_out_even_when_cancelled() -> None:
    order = build_order(packed_elsewhere="its parent order 7", status=OrderStatus.CANCELLED)
    held = hold_back(order, Filters(), PLACED)
    assert held is not None
    assert held.reason == "items: packed with its parent order 7"


@pytest.mark.parametrize(
    ("place", "missing"),
    [
        ({"line1": "", "line2": ""}, "street"),
        ({"line1": " ", "line2": "Flat 2"}, ""),
        ({"city": ""}, "town"),
        ({"city": "", "country": "SG"}, ""),
        ({"city": "", "country": "MC"}, ""),
    ],
)
def test_an_address_needs_a_street_and_a_town_where_the_country_has_towns(
    place: dict[str, str], missing: str
) -> None:
    order = build_order(customer=build_customer(ship_to=build_address(**place)))
    found = describe_missing_place(order)
    assert bool(found) == bool(missing)
    assert not missing or f"has no {missing}" in found


@pytest.mark.parametrize(
    "changes",
    [
        {"status": OrderStatus.SHIPPED},
        {"items": (DIGITAL,)},
        {"items": (PICKUP,)},
        {"items": ()},
    ],
)
def test_nothing_that_remains_to_be_sent_needs_no_address(changes: dict[str, object]) -> None:
    nowhere = build_customer(ship_to=build_address(line1="", line2="", city=""))
    assert describe_missing_place(build_order(customer=nowhere, **changes)) == ""
