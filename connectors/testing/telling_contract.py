"""What a connector promises about the effect of a shipment: it counts as told only once the shop
shows it, and no more of it is told than is left to ship.
"""

from __future__ import annotations

import msgspec

from connectors.errors import ConflictError, ConnectorError, PermanentError
from connectors.shipments import ShippedItem
from connectors.testing.faults import Answer, Mute, Spare
from connectors.testing.harness import ShopHarness
from connectors.testing.shipping_contract import MOST_WRITES, make_shipment, ship_stubbornly
from connectors.testing.trial import QUICK, at, failure

# What a shop may answer to a write, whatever it did.
_EMPTY_ANSWERS = ("{}", "", "null", "[]")
_STRANGE = ShippedItem(line_id="987654", sku="HAT", name="Hat", quantity=1)


class TellingContract:
    """Needs a `harness` fixture."""

    async def test_a_write_that_the_shop_ignores_does_not_count_as_told(
        self, harness: ShopHarness
    ) -> None:
        for body in _EMPTY_ANSWERS:
            await _try_each_write(harness, Answer(200, body), f"ignored with {body!r}")

    async def test_a_write_that_the_shop_carries_out_without_saying_so_is_told_once(
        self, harness: ShopHarness
    ) -> None:
        for body in _EMPTY_ANSWERS:
            await _try_each_write(harness, Mute(body.encode()), f"answered with {body!r}")

    async def test_a_shop_that_ignores_every_write_is_never_believed(
        self, harness: ShopHarness
    ) -> None:
        shipment = make_shipment(harness, harness.add_order(at(1)), "T1", **{"SKU-1": 1})
        for body in _EMPTY_ANSWERS:
            harness.shop.faults.add(Answer(200, body), when=harness.is_write, times=None)
            async with harness.open_connector(QUICK) as connector:
                for _ in range(2):
                    await failure(connector.ship(shipment, ()), ConnectorError)
            harness.shop.faults.clear()

    async def test_two_parts_under_one_tracking_number_are_both_told(
        self, harness: ShopHarness
    ) -> None:
        order = harness.add_order(at(1), lines=(("A", 2), ("B", 1)))
        first, second = (
            make_shipment(harness, order, "HAND DELIVERED", A=2),
            make_shipment(harness, order, "hand-delivered", B=1),
        )
        async with harness.open_connector(QUICK) as connector:
            assert not (await connector.ship(first, ())).completed
            for _ in range(2):
                assert (await connector.ship(second, (first,))).completed
        assert harness.is_shipped(order)
        if harness.takes_quantities:
            one, two = harness.line_ids(order)
            assert [told for _, told in harness.list_received(order)] == [{one: 2}, {two: 1}]

    async def test_a_tracking_number_with_a_comma_is_told_once_as_a_whole(
        self, harness: ShopHarness
    ) -> None:
        order = harness.add_order(at(1), lines=(("A", 2),))
        first = make_shipment(harness, order, "1Z1", A=1)
        second = make_shipment(harness, order, "1Z1,1Z2", A=1)
        async with harness.open_connector(QUICK) as connector:
            await connector.ship(first, ())
            assert (await connector.ship(second, (first,))).completed
            assert (await connector.ship(second, (first,))).already
        assert [tracking for tracking, _ in harness.list_received(order)] == ["1Z1", "1Z1,1Z2"]

    async def test_two_parts_under_a_number_of_dashes_are_told_as_parts_without_a_number(
        self, harness: ShopHarness
    ) -> None:
        order = harness.add_order(at(1), lines=(("A", 2), ("B", 1)))
        first, second = (
            make_shipment(harness, order, "--", A=2),
            make_shipment(harness, order, " \u2014 ", B=1),
        )
        async with harness.open_connector(QUICK) as connector:
            assert not (await connector.ship(first, ())).completed
            assert not harness.is_shipped(order)
            assert (await connector.ship(second, (first,))).completed
        assert harness.is_shipped(order)
        assert {tracking for tracking, _ in harness.list_received(order)} <= {""}

    async def test_items_of_another_order_are_left_out_and_named(
        self, harness: ShopHarness
    ) -> None:
        order = harness.add_order(at(1), lines=(("A", 2),))
        first, second = (make_shipment(harness, order, number, A=1) for number in ("T1", "T2"))
        mixed = msgspec.structs.replace(first, items=(_STRANGE, *first.items))
        strange = msgspec.structs.replace(second, items=(_STRANGE,))
        async with harness.open_connector(QUICK) as connector:
            outcome = await connector.ship(mixed, ())
            assert "'HAT'" in outcome.detail
            assert not outcome.completed
            for shipment, earlier in ((strange, (mixed,)), (strange, ())):
                assert "'HAT'" in str(
                    await failure(connector.ship(shipment, earlier), ConflictError)
                )
            assert (await connector.ship(second, (mixed,))).completed
        assert [tracking for tracking, _ in harness.list_received(order)] == ["T1", "T2"]
        if harness.takes_quantities:
            (line,) = harness.line_ids(order)
            assert [told for _, told in harness.list_received(order)] == [{line: 1}, {line: 1}]

    async def test_the_same_notice_by_sku_and_by_line_is_told_once(
        self, harness: ShopHarness
    ) -> None:
        for swap in (False, True):
            for number in ("T1", ""):
                order = harness.add_order(at(1), lines=(("A", 2), ("B", 1)))
                whole = make_shipment(harness, order, number, A=1)
                by_line, by_sku = (
                    msgspec.structs.replace(
                        whole,
                        items=tuple(msgspec.structs.replace(i, **{gone: ""}) for i in whole.items),
                    )
                    for gone in ("sku", "line_id")
                )
                first, again = (by_line, by_sku) if swap else (by_sku, by_line)
                async with harness.open_connector(QUICK) as connector:
                    await connector.ship(first, ())
                    assert (await connector.ship(again, (first,))).already
                if harness.takes_quantities and (number or harness.takes_untracked):
                    (line, _) = harness.line_ids(order)
                    assert harness.list_received(order) == [(number, {line: 1})]

    async def test_no_more_pieces_are_told_than_are_left_to_ship(
        self, harness: ShopHarness
    ) -> None:
        order = harness.add_order(at(1), lines=(("A", 2), ("B", 1)))
        first, second = (
            make_shipment(harness, order, "T1", A=1),
            make_shipment(harness, order, "T2", A=9, B=1),
        )
        async with harness.open_connector(QUICK) as connector:
            await connector.ship(first, ())
            assert (await connector.ship(second, (first,))).completed
        assert harness.is_shipped(order)
        if harness.takes_quantities:
            one, two = harness.line_ids(order)
            assert harness.list_received(order) == [("T1", {one: 1}), ("T2", {one: 1, two: 1})]

    async def test_a_further_parcel_of_an_order_that_was_sent_is_told_or_refused_with_a_reason(
        self, harness: ShopHarness
    ) -> None:
        order = harness.add_order(at(1))
        first, second = (
            make_shipment(harness, order, tracking, **{"SKU-1": 1}) for tracking in ("T1", "T2")
        )
        async with harness.open_connector(QUICK) as connector:
            await connector.ship(first, ())
            if harness.takes_further:
                assert (await connector.ship(second, (first,))).detail
                assert (await connector.ship(second, (first,))).already
            else:
                await failure(connector.ship(second, (first,)), PermanentError)
        told = ["T1", "T2"] if harness.takes_further else ["T1"]
        assert [tracking for tracking, _ in harness.list_received(order)] == told
        assert harness.is_shipped(order)


async def _try_each_write(harness: ShopHarness, fault: Answer | Mute, how: str) -> None:
    """Let each write of a shipment meet the fault in its turn; the shop has the shipment once in
    the end.
    """
    for spared in range(MOST_WRITES):
        order = harness.add_order(at(1), lines=(("A", 2),))
        harness.shop.faults.add(*[Spare()] * spared, fault, when=harness.is_write)
        async with harness.open_connector(QUICK) as connector:
            await ship_stubbornly(connector, make_shipment(harness, order, "T1", A=2))
        case = f"write {spared + 1} was {how}"
        assert [tracking for tracking, _ in harness.list_received(order)] == ["T1"], case
        assert harness.is_shipped(order), case
        if harness.shop.faults:
            harness.shop.faults.clear()
            return
    raise AssertionError(f"more than {MOST_WRITES} writes for one shipment")
