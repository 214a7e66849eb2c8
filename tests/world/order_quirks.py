"""Orders that break what holds them, and bytes that are broken, in any kind of shop."""

from __future__ import annotations

from typing import Any

from connectors.testing.faults import BOM, PHP_NOTICE
from tests.world.catalog import Catalog
from tests.world.lies import Liar

ORDERS = Catalog()
BREAKING = Catalog()
BYTES = Catalog()
_NAME = "Müller".encode()


@ORDERS.add()
def an_order_cannot_be_read(liar: Liar[Any]) -> set[str]:
    """Its total is a word."""
    broken = liar.pick_ids(slice(0, 1))
    for number in broken:
        liar.book[number].spoiled = True
    return broken


@BREAKING.add()
def an_order_breaks_what_holds_it(liar: Liar[Any]) -> set[str]:
    """Lists of ids and times go well."""
    return liar.break_orders(liar.pick_ids(slice(1, 2)), liar.anatomy.is_whole)


@BREAKING.add()
def neighbors_break_what_holds_them(liar: Liar[Any]) -> set[str]:
    return liar.break_orders(liar.pick_ids(slice(1, 4)), liar.anatomy.is_whole)


@BREAKING.add()
def many_orders_break_what_holds_them(liar: Liar[Any]) -> set[str]:
    return liar.break_orders(liar.pick_ids(slice(1, 10)), liar.anatomy.is_whole)


def _break_lists(liar: Liar[Any], places: slice) -> set[str]:
    return liar.break_orders(
        liar.pick_ids(places),
        lambda seen: liar.anatomy.is_list(seen) or liar.anatomy.is_whole(seen),
    )


# Where none is left that does not.
_ALL_BREAK = "fails over each list that holds an order"


@BREAKING.add(fails=_ALL_BREAK)
def an_order_breaks_every_list(liar: Liar[Any]) -> set[str]:
    """Not even its id can be listed."""
    return _break_lists(liar, slice(1, 2))


@BREAKING.add(fails=_ALL_BREAK)
def the_older_half_of_the_orders_breaks_every_list(liar: Liar[Any]) -> set[str]:
    return _break_lists(liar, slice(0, len(liar.pick_ids(slice(None))) // 2))


def _always(_seen: object) -> bool:
    return True


@BYTES.add(needs=["brackets"])
def text_stands_before_the_json(liar: Liar[Any]) -> set[str]:
    return liar.change_bytes(lambda body: PHP_NOTICE + body, _always)


@BYTES.add()
def text_stands_behind_the_json(liar: Liar[Any]) -> set[str]:
    return liar.change_bytes(lambda body: body + b"\n<!-- cached by a plugin -->", _always)


@BYTES.add()
def a_byte_order_mark(liar: Liar[Any]) -> set[str]:
    return liar.change_bytes(lambda body: BOM + body, _always)


def _rename(liar: Liar[Any], name: bytes) -> set[str]:
    return liar.change_bytes(lambda body: body.replace(_NAME, name), liar.anatomy.is_whole)


@BYTES.add()
def names_hold_half_a_surrogate(liar: Liar[Any]) -> set[str]:
    return _rename(liar, b"M\\ud83dller")


@BYTES.add()
def names_are_bad_utf8(liar: Liar[Any]) -> set[str]:
    return _rename(liar, b"M\xfcller")


@BYTES.add()
def names_hold_a_raw_control_character(liar: Liar[Any]) -> set[str]:
    return _rename(liar, b"M\x01ller")
