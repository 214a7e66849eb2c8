"""The filters of the settings are the ones that decide about orders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from connectors.orders import Fulfillment, OrderStatus
from proxy.export.preparation import policy_of, prepare, prepare_new
from proxy.rules.policy import Filters
from proxy.settings.filters import FilterSettings
from tests.builders import PLACED, build_address, build_customer, build_item, build_order
from tests.export.play.recall import Given
from tests.export.play.world import build_store

# Each filter with a value that is not its default, as the settings file writes it, and what the
# rules get.
VALUES: dict[str, tuple[Any, Any]] = {
    "max_age": ("30d", timedelta(days=30)),
    "min_age": ("2h", timedelta(hours=2)),
    "tags": (["wholesale"], ("wholesale",)),
    "exclude_tags": (["pickup"], ("pickup",)),
    "statuses": (["paid"], ("paid",)),
    "shipping_methods": (["Flat rate"], ("Flat rate",)),
    "shippable_only": (False, False),
    "include": (["pickup"], (Fulfillment.PICKUP,)),
}
# The connector works these out, from the shop's own JSON, and says so in `Order.excluded`.
BY_EXPRESSION = {"only", "exclude"}


def test_the_rules_know_every_filter_that_the_settings_have_and_no_other() -> None:
    known = {field.name for field in msgspec.structs.fields(Filters)}
    assert known == set(FilterSettings.model_fields) - BY_EXPRESSION == set(VALUES)


@pytest.mark.parametrize("name", VALUES)
def test_a_filter_that_is_set_reaches_the_rules_alone(name: str) -> None:
    written, meant = VALUES[name]
    store = build_store(None, filters={name: written})
    expected = msgspec.structs.replace(Filters(), **{name: meant})
    assert policy_of(store.settings).filters == expected


def test_filters_that_are_not_set_are_the_rules_own_defaults() -> None:
    assert policy_of(build_store(None).settings).filters == Filters()


# What each filter holds back of a cancelled order that ShipStation was never given; those by age
# hold no cancellation back.
HOLDING: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "tags": ({"tags": ["wholesale"]}, {}),
    "exclude_tags": ({"exclude_tags": ["gift"]}, {"tags": ("gift",)}),
    "statuses": ({"statuses": ["processing"]}, {"shop_status": "cancelled"}),
    "shipping_methods": ({"shipping_methods": ["Express"]}, {"shipping_method": "Flat rate"}),
    "shippable_only": ({"shippable_only": True}, {"items": ()}),
    "include": (
        {"include": ["local_delivery"]},
        {"items": (build_item(fulfillment=Fulfillment.PICKUP),)},
    ),
    "only and exclude": ({}, {"excluded": "filters.only: `paid` is not true of it"}),
    "vendors' orders": ({}, {"packed_elsewhere": "its parent order 7"}),
    "an address without a street": (
        {},
        {"customer": build_customer(ship_to=build_address(line1="", line2=""))},
    ),
}


@pytest.mark.parametrize("name", HOLDING)
async def test_the_cancellation_of_an_order_given_already_passes_every_filter(name: str) -> None:
    filters, changes = HOLDING[name]
    settings = build_store(None, filters=filters).settings
    order = build_order(**{"status": OrderStatus.CANCELLED, **changes})

    assert (await prepare_new(order, settings, PLACED)).held is not None
    outcome = await prepare(order, settings, policy_of(settings), PLACED, Given())
    (sent,) = outcome.ready
    assert b"<OrderStatus>cancelled</OrderStatus>" in sent.xml


# What may become of an order that was given when it still had goods to pack.
UNPACKED: dict[str, tuple[dict[str, Any], str]] = {
    "all lines taken off": ({"items": ()}, "cancelled"),
    "a discount alone": ({"items": (build_item(adjustment=True),)}, "cancelled"),
    "pickup": ({"items": (build_item(fulfillment=Fulfillment.PICKUP),)}, "cancelled"),
    "downloads": ({"items": (build_item(fulfillment=Fulfillment.DIGITAL),)}, "cancelled"),
    "another service, no street": (
        {
            "items": (build_item(fulfillment=Fulfillment.OTHER_SERVICE),),
            "customer": build_customer(ship_to=build_address(line1="", line2="")),
        },
        "cancelled",
    ),
    "a vendor's": ({"packed_elsewhere": "its parent order 7"}, "cancelled"),
    "shipped": ({"items": (), "status": OrderStatus.SHIPPED}, "shipped"),
    "on hold": ({"items": (), "status": OrderStatus.ON_HOLD}, "cancelled"),
    "a word that nobody mapped": ({"items": (), "status_known": False}, "cancelled"),
}


@pytest.mark.parametrize("name", UNPACKED)
async def test_an_order_that_was_given_and_has_nothing_left_to_pack_is_cancelled(name: str) -> None:
    changes, word = UNPACKED[name]
    settings = build_store(None).settings
    order = build_order(**{"status": OrderStatus.PAID, **changes})

    assert (await prepare_new(order, settings, PLACED)).held is not None
    (sent,) = (await prepare(order, settings, policy_of(settings), PLACED, Given())).ready
    assert f"<OrderStatus>{word}</OrderStatus>".encode() in sent.xml
    assert not sent.unknown_status


@pytest.mark.parametrize(
    ("filters", "changes"),
    [
        ({"shippable_only": False}, {"items": ()}),
        ({"include": ["pickup"]}, {"items": (build_item(fulfillment=Fulfillment.PICKUP),)}),
        ({"tags": ["wholesale"]}, {}),
        ({}, {"excluded": "filters.only: `paid` is not true of it"}),
    ],
    ids=["all are wanted", "pickup is wanted", "tag", "condition"],
)
async def test_an_order_that_was_given_and_is_to_be_packed_stays_open(
    filters: dict[str, Any], changes: dict[str, Any]
) -> None:
    settings = build_store(None, filters=filters).settings
    order = build_order(**{"status": OrderStatus.PAID, **changes})
    (sent,) = (await prepare(order, settings, policy_of(settings), PLACED, Given())).ready
    assert b"<OrderStatus>paid</OrderStatus>" in sent.xml


async def test_a_street_in_the_second_line_goes_out_in_the_first() -> None:
    place = build_address(line1=" ", line2="12 St James Square")
    order = build_order(customer=build_customer(ship_to=place))
    (sent,) = (await prepare_new(order, build_store(None).settings, PLACED)).ready
    assert b"<Address1>12 St James Square</Address1><Address2></Address2>" in _take_text(sent.xml)


def _take_text(xml: bytes) -> bytes:
    """The XML without CDATA, and empty elements in one form."""
    bare = xml.replace(b"<![CDATA[", b"").replace(b"]]>", b"")
    return bare.replace(b"<Address2/>", b"<Address2></Address2>")


def test_every_filter_is_tried_with_a_cancellation() -> None:
    by_age = {"max_age", "min_age"}
    assert set(FilterSettings.model_fields) - by_age - BY_EXPRESSION <= set(HOLDING)


@pytest.mark.parametrize("status", OrderStatus)
async def test_each_state_is_told_in_the_word_of_a_form_that_is_filled_in(
    status: OrderStatus,
) -> None:
    own = {each: f"My {each.value.replace('_', ' ')}" for each in OrderStatus}
    for words in (own, {status: own[status]}):
        settings = build_store(None, status_words=words).settings
        (sent,) = (await prepare_new(build_order(status=status), settings, PLACED)).ready
        assert f"<OrderStatus>{own[status]}</OrderStatus>".encode() in sent.xml
