"""An order for several addresses becomes one order for each, and each keeps its name."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.orders import Destination, Fulfillment, LineItem, Order, OrderStatus
from proxy.doors.custom_store.given import describe_given
from proxy.rules.addressees import AddressedOrder, UnknownAddressError, divide_order
from proxy.rules.matching import GivenOrder
from tests.builders import build_address, build_discount, build_item, build_order

PLACES = tuple(
    Destination(key=key, ship_to=build_address(name=f"Buyer {key}"), shipping_method=method)
    for key, method in (("a", "Standard"), ("b", "Express"), ("c", ""))
)


def line(name: str, place: str, price: str = "10.00", **changes: object) -> LineItem:
    return build_item(id=name, destination=place, quantity=1, unit_price=Decimal(price), **changes)


def order(*items: LineItem, **changes: object) -> Order:
    return build_order(
        **{"id": "55", "number": "1001", "destinations": PLACES, "items": items} | changes
    )


def names(parts: tuple[AddressedOrder, ...]) -> list[tuple[str, str, list[str]]]:
    """The id, number and lines of each order that the client is given."""
    return [
        (each.order.id, each.order.number, [item.id for item in each.order.items]) for each in parts
    ]


def give(of: Order, known: tuple[GivenOrder, ...] = ()) -> tuple[GivenOrder, ...]:
    """What the client was given once this state of the order went out."""
    return tuple(describe_given(each, of) for each in divide_order(of, known))


def test_goods_to_two_addresses_are_two_orders_each_with_its_address_and_lines() -> None:
    one, two = divide_order(order(line("7", "a"), line("8", "b"), line("9", "a")))
    assert names((one, two)) == [("55~1", "1001-1", ["7", "9"]), ("55~2", "1001-2", ["8"])]
    assert [each.order.customer.ship_to.name for each in (one, two)] == ["Buyer a", "Buyer b"]
    assert [each.order.shipping_method for each in (one, two)] == ["Standard", "Express"]


def test_an_address_without_goods_is_no_order_and_the_other_is_named_on_the_label() -> None:
    (only,) = divide_order(order(line("8", "b")))
    assert names((only,)) == [("55", "1001", ["8"])]
    assert only.order.customer.ship_to.name == "Buyer b"


def test_what_goes_to_no_address_is_listed_with_the_first() -> None:
    digital = line("d", "", fulfillment=Fulfillment.DIGITAL)
    found = divide_order(order(line("8", "b"), digital, line("7", "a")))
    assert names(found) == [("55~1", "1001-1", ["d", "7"]), ("55~2", "1001-2", ["8"])]


@pytest.mark.parametrize("place", ["x", ""])
def test_goods_to_an_address_that_the_shop_does_not_give_are_not_guessed_at(place: str) -> None:
    with pytest.raises(UnknownAddressError, match="line 8 goes to an address that the shop does"):
        divide_order(order(line("7", "a"), line("8", place)))


def test_an_order_that_went_out_whole_keeps_its_id_for_the_first_address() -> None:
    whole = order(line("7", "a"), line("8", "a"), destinations=PLACES[:1])
    known = give(whole)
    assert [each.id for each in known] == ["55"]
    found = divide_order(order(line("7", "a"), line("8", "b")), known)
    assert names(found) == [("55", "1001", ["7"]), ("55~2", "1001-2", ["8"])]


def test_an_address_keeps_its_number_and_a_new_one_gets_the_next() -> None:
    known = give(order(line("7", "a"), line("8", "b")))
    found = divide_order(order(line("9", "c"), line("8", "b"), line("7", "a")), known)
    assert names(found) == [
        ("55~1", "1001-1", ["7"]),
        ("55~2", "1001-2", ["8"]),
        ("55~3", "1001-3", ["9"]),
    ]


def test_goods_that_move_to_another_address_keep_the_number_of_their_order() -> None:
    known = give(order(line("7", "a"), line("8", "b")))
    found = divide_order(order(line("7", "c"), line("8", "b")), known)
    assert sorted(names(found)) == [("55~1", "1001-1", ["7"]), ("55~2", "1001-2", ["8"])]


@pytest.mark.parametrize(
    ("status", "expected"),
    [(OrderStatus.PAID, OrderStatus.CANCELLED), (OrderStatus.SHIPPED, OrderStatus.SHIPPED)],
)
def test_an_order_whose_address_has_no_goods_left_is_taken_off_the_clients_list(
    status: OrderStatus, expected: OrderStatus
) -> None:
    known = give(order(line("7", "a"), line("8", "b")))
    kept, gone = divide_order(order(line("7", "a"), status=status), known)
    assert names((kept, gone)) == [("55~1", "1001-1", ["7"]), ("55~2", "1001-2", ["8"])]
    assert (gone.order.status, gone.is_gone, gone.order.total) == (expected, True, Decimal(0))
    assert [each.is_gone for each in divide_order(order(), known)] == [True, True]


def test_an_order_that_went_out_whole_and_has_no_goods_any_more_is_still_itself() -> None:
    known = give(order(line("7", "a"), destinations=()))
    assert names(divide_order(order(), known)) == [("55", "1001", [])]


def test_a_shop_that_drops_its_second_address_keeps_the_number_of_the_goods() -> None:
    known = give(order(line("7", "a"), line("8", "b")))
    merged = order(line("7", "a"), line("8", "a"), destinations=())
    kept, gone = divide_order(merged, known)
    assert names((kept, gone)) == [("55~1", "1001-1", ["7", "8"]), ("55~2", "1001-2", ["8"])]
    assert gone.is_gone


@given(
    prices=st.lists(
        st.tuples(st.sampled_from("abc"), st.decimals(0, 500, places=2)), min_size=1, max_size=6
    ),
    extra=st.decimals(-50, 50, places=2),
    tax=st.decimals(0, 99, places=2),
    shipping=st.decimals(0, 99, places=2),
    rest=st.decimals(-9, 9, places=2),
)
def test_the_amounts_of_all_parts_come_to_the_orders_and_so_do_those_of_each(
    prices: list[tuple[str, Decimal]],
    extra: Decimal,
    tax: Decimal,
    shipping: Decimal,
    rest: Decimal,
) -> None:
    goods = [line(f"{at}", place, str(price)) for at, (place, price) in enumerate(prices)]
    items = (*goods, build_discount(unit_price=extra))
    total = sum((item.unit_price for item in items), Decimal(0)) + tax + shipping + rest
    found = [
        each.order for each in divide_order(order(*items, total=total, tax=tax, shipping=shipping))
    ]
    for name, amount in (("total", total), ("tax", tax), ("shipping", shipping)):
        assert sum(getattr(each, name) for each in found) == amount
    shown = [sum(item.unit_price * item.quantity for item in each.items) for each in found]
    assert sum(shown) == total - tax - shipping - rest
    left = [
        each.total - each.tax - each.shipping - lines
        for each, lines in zip(found, shown, strict=True)
    ]
    assert sum(left) == rest
    assert all(abs(each) <= abs(rest) + Decimal("0.01") for each in left)
