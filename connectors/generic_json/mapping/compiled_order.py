"""The map of one store put together once into one function, for orders in which nothing is unusual.

It reads what the interpreter (`interpreter`) reads, without keeping where each field came from.
What it cannot read it raises over, with an error that names nothing: the interpreter then reads the
order again, and its sentences and its origins are the only ones. Nothing here is made of text: the
function is closures around the expressions, which are closures themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.fieldmap.parts import read_tags
from connectors.fieldmap.readers import (
    Reader,
    Readers,
    build_address_reader,
    build_condition,
    build_text_reader,
    build_text_readers,
    find_only_source,
)
from connectors.fieldmap.rules import PROSE, TEXTS
from connectors.fieldmap.scope import Scope
from connectors.generic_json.mapping.compiled_lines import (
    build_id_reader,
    build_money_reader,
    compile_adjustments,
    compile_lines,
)
from connectors.generic_json.mapping.interpreter import (
    complete_billing,
    read_destinations,
    settle_status,
)
from connectors.generic_json.mapping.lines import LineReader, find_way
from connectors.generic_json.mapping.needed import read_needed_time
from connectors.generic_json.mapping.rules import OrderRules, StatusRule, TimeRule
from connectors.language.functions.times import find_zone
from connectors.orders import Customer, Fulfillment, LineItem, Order, OrderId, OrderStatus
from connectors.reading.moments import read_plain_moment

ReadOrder = Callable[[Any], tuple[Order, Mapping[str, Any]] | None]
"""Is given a shop's order; gives ours, and the shop's lines by id. None: it is not an order."""


def compile_map(rules: OrderRules) -> ReadOrder:
    """The function of a store's map.

    It raises `ValueError` or `ArithmeticError` where only the interpreter can tell more.
    """
    is_order = None if rules.only is None else build_condition(rules.only)
    read_currency = build_text_reader(rules.currency)
    read_modified, read_placed = map(_build_time_reader, (rules.modified_at, rules.placed_at))
    read_id, read_number = map(build_id_reader, (rules.id, rules.number))
    read_status = _build_status_reader(rules.status)
    read_customer = _build_customer_reader(rules)
    read_lines = compile_lines(rules.items, rules.money)
    read_adjustments = compile_adjustments(rules.adjustments, rules.money)
    amounts = [
        (name, build_money_reader(rule, rules.money))
        for name in ("total", "tax", "shipping")
        if (rule := getattr(rules, name)) is not None
    ]
    others = _list_other_readers(rules)

    def read(raw: Any) -> tuple[Order, Mapping[str, Any]] | None:
        if is_order is not None and not is_order(raw, raw):
            return None
        currency = read_currency(raw, raw).upper()
        way = Fulfillment.PARCEL
        if rules.fulfillment is not None:
            way = find_way(Scope(raw, raw), rules.fulfillment, way)
        status, word, known = read_status(raw, raw)
        lines = read_lines(raw, currency, way)
        items = _share_lines(lines, rules, raw, currency)
        found = {name: read(raw, raw) for name, read in others}
        for name, read_amount in amounts:
            found[name] = read_amount(raw, raw, currency)
        order = Order(
            id=OrderId(read_id(raw, raw)),
            number=read_number(raw, raw),
            placed_at=read_placed(raw, raw),
            modified_at=read_modified(raw, raw),
            status=status,
            shop_status=word,
            status_known=known,
            currency=currency,
            customer=read_customer(raw, raw),
            items=(*items, *read_adjustments(raw, currency)),
            **found,
        )
        return order, {item.id: line for line, item in lines}

    return read


def _share_lines(
    lines: Sequence[tuple[Any, LineItem]], rules: OrderRules, raw: Any, currency: str
) -> Iterator[LineItem]:
    """The lines of which something is left, one for each address that its pieces go to."""
    shares = rules.items.shares
    reader = None if shares is None else LineReader(Scope(raw, raw), currency, rules.money)
    for line, item in lines:
        if item.quantity > 0:
            if reader is None:
                yield item
            else:
                yield from reader.share_line(Scope(line, raw), item, shares)


def _list_other_readers(rules: OrderRules) -> Readers:
    """How to read what stands by itself and need not be there."""
    gift, tags, destinations = rules.gift, rules.tags, rules.destinations
    readers = build_text_readers(rules, *TEXTS, "payment_method", "packed_elsewhere")
    readers += build_text_readers(rules, *PROSE, keep_lines=True)
    if gift is not None:
        readers.append(("gift", build_condition(gift)))
    if tags is not None:
        readers.append(("tags", lambda raw, root: read_tags(Scope(raw, root), tags)))
    if destinations is not None:
        readers.append(
            (
                "destinations",
                lambda raw, root: tuple(read_destinations(Scope(raw, root), destinations)),
            )
        )
    if rules.custom_fields:
        own = [build_text_reader(rule) for rule in rules.custom_fields]
        readers.append(
            ("custom_fields", lambda raw, root: tuple([read(raw, root) for read in own]))
        )
    return readers


def _build_status_reader(rule: StatusRule) -> Reader[tuple[OrderStatus, str, bool]]:
    read_word = build_text_reader(rule.word)
    cases = [(build_condition(case.when), case.is_) for case in rule.rules]

    def read(raw: Any, root: Any) -> tuple[OrderStatus, str, bool]:
        word = read_word(raw, root)
        for is_true, status in cases:
            if is_true(raw, root):
                return status, word, True
        return settle_status(word, rule)

    return read


def _build_customer_reader(rules: OrderRules) -> Reader[Customer]:
    read_code = build_text_reader(rules.customer)
    read_shipping = build_address_reader(rules.ship_to)
    read_billing = None if rules.bill_to is None else build_address_reader(rules.bill_to)

    def read(raw: Any, root: Any) -> Customer:
        ship_to = read_shipping(raw, root)
        bill_to = ship_to if read_billing is None else read_billing(raw, root)
        bill_to = complete_billing(bill_to, ship_to)
        return Customer(
            code=read_code(raw, root) or bill_to.email, bill_to=bill_to, ship_to=ship_to
        )

    return read


def _build_time_reader(rule: TimeRule) -> Reader[datetime]:
    find = find_only_source(rule)

    def read_long(raw: Any, root: Any) -> datetime:
        return read_needed_time(Scope(raw, root), "", rule)

    if find is None or rule.format not in {"", "iso"}:
        return read_long
    zone = find_zone(rule.zone)

    def read(raw: Any, root: Any) -> datetime:
        moment = read_plain_moment(find(raw, root), zone)
        return read_long(raw, root) if moment is None else moment

    return read
