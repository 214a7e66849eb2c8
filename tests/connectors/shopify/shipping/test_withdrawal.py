"""The tracking number of a voided label is taken out of Shopify, over both of its APIs."""

from __future__ import annotations

from connectors.errors import ConflictError, TemporaryError
from connectors.interface import CanWithdraw, Connector
from connectors.testing.faults import Answer, DropAnswer
from connectors.testing.trial import failure
from tests.connectors.shopify.shipping.notices import harness, notice, numbers, ship, writes
from tests.connectors.shopify.shops import ShopifyHarness, open_shop

__all__ = ["harness"]


def require(connector: Connector) -> CanWithdraw:
    assert isinstance(connector, CanWithdraw)
    return connector


async def test_a_parcel_is_cancelled_once_and_its_units_are_shipped_again(
    harness: ShopifyHarness,
) -> None:
    order = harness.shop.book.add(lines=(("A", 2),))
    await ship(harness, notice(order, "T1", A=2))
    async with open_shop(harness.shop, transport=harness.transport) as connector:
        assert not (await require(connector).withdraw(notice(order, "t 1", A=2))).already
        before = writes(harness)
        assert (await require(connector).withdraw(notice(order, "T1", A=2))).already
        assert writes(harness) == before
        assert (await connector.ship(notice(order, "T2", A=2), ())).completed
    states = order.extra["parcel_status"]
    assert [states.get(each.id) for each in order.parcels] == ["cancelled", None]


async def test_a_parcel_keeps_its_other_numbers(harness: ShopifyHarness) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    for number in ("T1", "T2", "T3"):
        await ship(harness, notice(order, number, A=1))
    async with open_shop(harness.shop, transport=harness.transport) as connector:
        await require(connector).withdraw(notice(order, "T1"))
        assert numbers(harness, order) == [["T2", "T3"]]
        await require(connector).withdraw(notice(order, "T3"))
        assert numbers(harness, order) == [["T2"]]
    assert "parcel_status" not in order.extra


async def test_a_lost_answer_or_one_that_does_nothing_is_looked_at(
    harness: ShopifyHarness,
) -> None:
    order = harness.shop.book.add(lines=(("A", 1),))
    await ship(harness, notice(order, "T1", A=1))
    path = "cancel" if harness.transport == "rest" else "graphql"
    body = '{"data": {"fulfillmentCancel": {"fulfillment": null, "userErrors": []}}}'
    answer = "{}" if harness.transport == "rest" else body
    async with open_shop(harness.shop, transport=harness.transport) as connector:
        if harness.transport == "rest":
            harness.shop.faults.add(Answer(200, answer), method="POST", path=path)
            await failure(require(connector).withdraw(notice(order, "T1")), TemporaryError)
            harness.shop.faults.add(DropAnswer(), method="POST", path=path)
            await failure(require(connector).withdraw(notice(order, "T1")), TemporaryError)
        await require(connector).withdraw(notice(order, "T1"))
        await failure(require(connector).withdraw(notice(order, "")), ConflictError)
    assert list(order.extra["parcel_status"].values()) == ["cancelled"]
