"""What a connector promises about shipments: each reaches the shop once, however often it is told
and whatever is lost on the way.
"""

from __future__ import annotations

from datetime import date

from connectors.errors import ConflictError, ConnectorError, OrderNotFoundError, TemporaryError
from connectors.interface import Connector
from connectors.shipments import Shipment, ShippedItem
from connectors.testing.faults import Answer, DropAnswer, Reset, Spare
from connectors.testing.harness import ShopHarness
from connectors.testing.trial import QUICK, at, failure

# More steps than any shop needs to learn of one shipment.
MOST_WRITES = 8


def make_shipment(
    harness: ShopHarness, order_id: str, tracking: str, **quantities: int
) -> Shipment:
    """A notice as a shipping client sends it; `quantities` by SKU, all that is left when none are
    given.
    """
    lines = {line.sku: line.id for line in harness.shop.book[order_id].lines} if quantities else {}
    items = tuple(
        ShippedItem(line_id=lines[sku], sku=sku, quantity=pieces)
        for sku, pieces in quantities.items()
    )
    return Shipment(
        order_id=order_id,
        order_number=harness.number(order_id),
        carrier="UPS",
        service="UPS Ground",
        tracking_number=tracking,
        shipped_on=date(2026, 3, 2),
        items=items,
    )


async def ship_stubbornly(connector: Connector, shipment: Shipment) -> None:
    """Tell of the shipment until the shop has it: what the outbox does, without the waits."""
    for _ in range(5):
        try:
            await connector.ship(shipment, ())
        except TemporaryError:
            continue
        return
    raise AssertionError("the shipment did not get through in five tries")


class ShippingContract:
    """Needs a `harness` fixture."""

    async def test_a_shipment_reaches_the_shop_and_completes_the_order(
        self, harness: ShopHarness
    ) -> None:
        order = harness.add_order(at(1), lines=(("A", 2), ("B", 1)))
        async with harness.open_connector(QUICK) as connector:
            outcome = await connector.ship(make_shipment(harness, order, "1Z999", A=2, B=1), ())
        assert outcome.completed
        assert not outcome.already
        assert [tracking for tracking, _ in harness.list_received(order)] == ["1Z999"]
        if harness.takes_quantities:
            first, second = harness.line_ids(order)
            assert harness.list_received(order)[0][1] == {first: 2, second: 1}
        assert harness.is_shipped(order)

    async def test_a_notice_without_items_ships_all_that_is_left(
        self, harness: ShopHarness
    ) -> None:
        order = harness.add_order(at(1), lines=(("A", 3), ("B", 1)))
        async with harness.open_connector(QUICK) as connector:
            first = make_shipment(harness, order, "T1", A=2)
            await connector.ship(first, ())
            outcome = await connector.ship(make_shipment(harness, order, "T2"), (first,))
        assert outcome.completed
        if harness.takes_quantities:
            one, two = harness.line_ids(order)
            assert harness.list_received(order) == [("T1", {one: 2}), ("T2", {one: 1, two: 1})]
        assert harness.is_shipped(order)

    async def test_the_same_shipment_told_twice_ships_once(self, harness: ShopHarness) -> None:
        order = harness.add_order(at(1))
        shipment = make_shipment(harness, order, "1Z999", **{"SKU-1": 1})
        async with harness.open_connector(QUICK) as connector:
            await connector.ship(shipment, ())
            for earlier in ((), (shipment,)):
                outcome = await connector.ship(shipment, earlier)
                assert outcome.already
        assert len(harness.list_received(order)) == 1

    async def test_a_partial_shipment_told_twice_ships_once(self, harness: ShopHarness) -> None:
        order = harness.add_order(at(1), lines=(("A", 4),))
        shipment = make_shipment(harness, order, "1Z999", A=1)
        async with harness.open_connector(QUICK) as connector:
            await connector.ship(shipment, ())
            await connector.ship(shipment, ())
            await connector.ship(shipment, (shipment,))
        assert len(harness.list_received(order)) == 1
        assert not harness.is_shipped(order)

    async def test_a_shipment_whose_answer_was_lost_ships_once(self, harness: ShopHarness) -> None:
        for lost in range(MOST_WRITES):
            order = harness.add_order(at(1), lines=(("A", 2),))
            harness.shop.faults.add(*[Spare()] * lost, DropAnswer(), when=harness.is_write)
            async with harness.open_connector(QUICK) as connector:
                await ship_stubbornly(connector, make_shipment(harness, order, f"T{lost}", A=2))
            assert [tracking for tracking, _ in harness.list_received(order)] == [f"T{lost}"], (
                f"write {lost + 1} was lost"
            )
            assert harness.is_shipped(order), f"write {lost + 1} was lost"
            if harness.shop.faults:
                harness.shop.faults.clear()
                return
        raise AssertionError(f"more than {MOST_WRITES} writes for one shipment")

    async def test_a_shipment_that_never_got_there_ships_once_in_the_end(
        self, harness: ShopHarness
    ) -> None:
        for fault in (Reset(), Answer(503), Answer(429, headers={"Retry-After": "120"})):
            order = harness.add_order(at(1))
            harness.shop.faults.add(fault, when=harness.is_write)
            async with harness.open_connector(QUICK) as connector:
                await ship_stubbornly(
                    connector, make_shipment(harness, order, "T1", **{"SKU-1": 1})
                )
            assert [tracking for tracking, _ in harness.list_received(order)] == ["T1"]
            assert not harness.shop.faults, "no write met the fault"

    async def test_only_the_last_of_several_parcels_completes_the_order(
        self, harness: ShopHarness
    ) -> None:
        order = harness.add_order(at(1), lines=(("A", 2), ("B", 3)))
        parcels = [
            make_shipment(harness, order, "T1", A=1),
            make_shipment(harness, order, "T2", A=1, B=1),
            make_shipment(harness, order, "T3", B=2),
        ]
        async with harness.open_connector(QUICK) as connector:
            for number, parcel in enumerate(parcels):
                outcome = await connector.ship(parcel, tuple(parcels[:number]))
                assert outcome.completed == (number == 2)
                assert harness.is_shipped(order) == (number == 2)
        assert [tracking for tracking, _ in harness.list_received(order)] == ["T1", "T2", "T3"]
        if harness.takes_quantities:
            one, two = harness.line_ids(order)
            assert [told for _, told in harness.list_received(order)] == [
                {one: 1},
                {one: 1, two: 1},
                {two: 2},
            ]

    async def test_a_shipment_without_tracking_number_completes_the_order_once(
        self, harness: ShopHarness
    ) -> None:
        order = harness.add_order(at(1))
        shipment = make_shipment(harness, order, "", **{"SKU-1": 1})
        async with harness.open_connector(QUICK) as connector:
            await connector.ship(shipment, ())
            await connector.ship(shipment, ())
            await connector.ship(shipment, (shipment,))
        assert harness.is_shipped(order)
        assert len(harness.list_received(order)) <= 1
        assert harness.list_received(order) or not harness.takes_untracked

    async def test_a_cancelled_order_takes_no_shipment(self, harness: ShopHarness) -> None:
        order = harness.add_order(at(1))
        harness.cancel(order, at(2))
        async with harness.open_connector(QUICK) as connector:
            await failure(
                connector.ship(make_shipment(harness, order, "T1", **{"SKU-1": 1}), ()),
                ConflictError,
            )
        assert harness.list_received(order) == []
        assert not harness.is_shipped(order)

    async def test_a_shipment_of_an_unknown_order_is_not_found(self, harness: ShopHarness) -> None:
        harness.add_order(at(1))
        async with harness.open_connector(QUICK) as connector:
            for unknown in ("999999", "../1001", "%2e%2e/1001"):
                shipment = Shipment(
                    order_id=unknown, order_number=unknown, carrier="UPS", tracking_number="T1"
                )
                await failure(connector.ship(shipment, ()), OrderNotFoundError)

    async def test_shipping_raises_nothing_but_connector_errors(self, harness: ShopHarness) -> None:
        order = harness.add_order(at(1))
        shipment = make_shipment(harness, order, "T1", **{"SKU-1": 1})
        bodies = ("", "null", "[]", "{}", '"ok"', "[[]]", "<html>hello</html>", "{", "\x00")
        async with harness.open_connector(QUICK) as connector:
            for status in (200, 201, 400, 404, 418, 500):
                for body in bodies:
                    harness.shop.faults.add(Answer(status, body), times=None)
                    try:
                        await connector.ship(shipment, ())
                    except ConnectorError as error:
                        assert str(error), f"no words for {status} {body!r}"
                    else:
                        raise AssertionError(
                            f"a shop that answers everything with {status} {body!r} was believed to"
                            " know of the shipment"
                        )
                    finally:
                        harness.shop.faults.clear()
        assert harness.list_received(order) == []
