"""From Shopify's order to ours. Pure.

A `FieldError` on the way makes the order a `RejectedOrder`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec

from connectors.orders import Fulfillment, Order, OrderId, OrderStatus, RejectedOrder
from connectors.reading.complaints import UNDECODABLE, Complaint, read_complaint
from connectors.reading.fields import FieldError
from connectors.reading.markup import fold_name
from connectors.reading.rows import find_mark
from connectors.shopify.mapping import wire
from connectors.shopify.mapping.customer import read_customer, require_address
from connectors.shopify.mapping.items import Variant, read_items, read_text
from connectors.shopify.mapping.prices import Side, read_shipping
from connectors.shopify.mapping.routes import Route
from connectors.shopify.mapping.rules import Rules
from connectors.shopify.mapping.side_fields import decode_mended
from connectors.shopify.mapping.statuses import Held, State, read_state

_FALSE_WORDS = frozenset({"", "0", "no", "false", "none", "off"})
_GIFT_FLAGS = frozenset({"gift", "isgift", "giftorder", "giftwrap", "giftwrapping"})
_TEST = (
    "test: the order was paid through Shopify's test gateway, so nothing is to be shipped"
    " (test_orders: export sends it)"
)


_ORDER = msgspec.json.Decoder(wire.Order, float_hook=Decimal)
_IDENTITY = msgspec.json.Decoder(wire.Identity)


def decode_order(
    raw: bytes | msgspec.Raw, decoder: msgspec.json.Decoder[Any] = _ORDER
) -> wire.Order | RejectedOrder:
    """One order of a REST answer; one that is not what Shopify promises is rejected, with
    the path.

    `decoder` may make more of it than a `wire.Order`.
    """
    if mark := find_mark(raw):
        return reject_marked(raw, mark)
    try:
        order: wire.Order = decoder.decode(raw)
    except UNDECODABLE as error:
        return decode_mended(raw) or reject_raw(raw, error)
    return order


Decode = Callable[[msgspec.Raw], wire.Order | RejectedOrder]


def decode_row(raw: msgspec.Raw, decode: Decode) -> wire.Order | RejectedOrder | None:
    """One row of a list; None for what is not an order: null, an error object, anything without an
    id and a name.
    """
    found = decode(raw)
    is_order = isinstance(found, wire.Order) or found.id or found.number
    return found if is_order else None


def decode_stamp(raw: bytes | msgspec.Raw) -> wire.Stamp | None:
    """The id and time of a row; None if it has no id."""
    try:
        identity = _IDENTITY.decode(raw)
    except UNDECODABLE:
        return None
    key = identity.id
    if isinstance(key, str) and key.isascii() and key.isdecimal():
        key = int(key)
    if not isinstance(key, int) or isinstance(key, bool):
        return None
    return wire.Stamp(key, read_moment(identity.updated_at))


def reject_raw(raw: bytes | msgspec.Raw, error: Exception) -> RejectedOrder:
    """The rejection of an order over which the decoder raised an error of `UNDECODABLE`, with as
    much of its identity as can be read.
    """
    try:
        identity = _IDENTITY.decode(raw)
    except UNDECODABLE:
        identity = wire.Identity()
    key = str(identity.id) if isinstance(identity.id, int | str) else ""
    return RejectedOrder(
        id=OrderId(key),
        number=read_number(identity.name if isinstance(identity.name, str) else "", key),
        modified_at=read_moment(identity.updated_at),
        reason=_explain_complaint(read_complaint(error)),
    )


def reject_marked(raw: bytes | msgspec.Raw, mark: str) -> RejectedOrder:
    """The rejection of a row that breaks its list, see `connectors.reading.rows`."""
    return msgspec.structs.replace(
        reject_raw(raw, msgspec.DecodeError(mark)), reason=f"order: {mark}"
    )


def _explain_complaint(complaint: Complaint) -> str:
    """The types of a misfit as Shopify's reference names them, anything else in plain words."""
    names_types = complaint.wording.startswith("expected ")
    plain = f"expected {complaint.expected}, found {complaint.found}"
    return f"{complaint.path or 'order'}: {complaint.wording if names_types else plain}"


def read_moment(value: Any) -> datetime | None:
    """A time in UTC; None for what is not a time with an offset."""
    try:
        moment = msgspec.convert(value, datetime)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (msgspec.ValidationError, OverflowError):
        return None


def read_number(name: str | None, fallback: str) -> str:
    """The number that people see: without Shopify's usual `#`, with a prefix or suffix that the
    shop chose.
    """
    return (name or "").strip().removeprefix("#") or fallback


def read_order(
    order: wire.Order,
    rules: Rules,
    *,
    held: Held | None = None,
    variants: Mapping[int, Variant] | None = None,
    route: Route | None = None,
) -> Order | RejectedOrder:
    """Our order, or why there is none.

    `held` says what is on hold, `variants` what is known of the products by variant id, `route` how
    the goods travel.
    """
    if order.test and rules.test_orders == "reject":
        return reject_order(order, _TEST)
    try:
        return _map_order(order, rules, held, variants or {}, route or Route())
    except FieldError as error:
        return reject_order(order, str(error))
    except ArithmeticError as error:
        return reject_order(
            order,
            "order: expected quantities, amounts and times of a reasonable size, found others"
            f" ({type(error).__name__})",
        )


def reject_order(order: wire.Order, reason: str) -> RejectedOrder:
    """The rejection of an order that was decoded."""
    key = str(order.id)
    return RejectedOrder(
        id=OrderId(key),
        number=read_number(order.name, key),
        modified_at=read_moment(order.updated_at),
        reason=reason,
    )


def _map_order(
    order: wire.Order,
    rules: Rules,
    held: Held | None,
    variants: Mapping[int, Variant],
    route: Route,
) -> Order:
    state, side = read_state(order, held), Side(order, rules.money)
    items = tuple(read_items(order, rules, side, state, held, variants, route))
    addressed = sum(
        item.shippable and item.fulfillment is not Fulfillment.PICKUP and not item.destination
        for item in items
    )
    if addressed and not state.over:
        require_address(order, addressed)
    modified = _to_utc("updated_at", order.updated_at)
    # A time of placing that is missing or absurd costs no order.
    placed = read_moment(order.processed_at) or read_moment(order.created_at) or modified
    gift_message, gift, notes = _read_attributes(order, rules)
    return Order(
        id=OrderId(str(order.id)),
        number=read_number(order.name, str(order.order_number or order.id)),
        placed_at=placed,
        modified_at=modified,
        status=state.status,
        shop_status=state.word,
        status_known=state.known,
        currency=side.currency,
        total=_read_total(order, side, state),
        tax=_read_tax(order, side, state),
        shipping=read_shipping(order, side),
        shipping_method=_read_shipping_method(order),
        payment_method=", ".join(order.payment_gateway_names or ()) or (order.gateway or ""),
        customer=read_customer(order),
        items=items,
        customer_notes=(order.note or "").strip(),
        internal_notes="\n".join((*notes, *(held.reasons if held else ()))),
        gift=gift or bool(gift_message),
        gift_message=gift_message,
        custom_fields=tuple(_read_custom_field(order, name) for name in rules.custom_fields),
        source=order.source_name or "",
        tags=_read_tags(order),
        destinations=route.destinations,
    )


def _to_utc(path: str, moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise FieldError(path, "a time with its offset", moment.isoformat())
    return moment.astimezone(UTC)


def _read_total(order: wire.Order, side: Side, state: State) -> Decimal:
    """The total now. A cancelled order has none left, so its total is the one it was placed
    with.
    """
    if state.status is OrderStatus.CANCELLED or (
        order.current_total_price is None and order.current_total_price_set is None
    ):
        return side.read_amount("total_price", order.total_price_set, order.total_price)
    return side.read_amount(
        "current_total_price", order.current_total_price_set, order.current_total_price
    )


def _read_tax(order: wire.Order, side: Side, state: State) -> Decimal:
    if state.status is OrderStatus.CANCELLED or (
        order.current_total_tax is None and order.current_total_tax_set is None
    ):
        return side.read_amount("total_tax", order.total_tax_set, order.total_tax)
    return side.read_amount(
        "current_total_tax", order.current_total_tax_set, order.current_total_tax
    )


def _read_shipping_method(order: wire.Order) -> str:
    for line in order.shipping_lines or ():
        if not line.is_removed and (line.title or line.code):
            return line.title or line.code or ""
    return ""


def _read_tags(order: wire.Order) -> tuple[str, ...]:
    return tuple(filter(None, (tag.strip() for tag in (order.tags or "").split(","))))


_fold = lru_cache(maxsize=4096)(fold_name)


@lru_cache(maxsize=64)
def _fold_all(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_fold, names))


def _read_attributes(order: wire.Order, rules: Rules) -> tuple[str, bool, tuple[str, ...]]:
    """The gift message, whether it is a gift, and the other visible note attributes as `name:
    value`.
    """
    wanted = _fold_all(rules.gift_attributes)
    message, gift, others = "", False, []
    for attribute in order.note_attributes or ():
        name, value = (attribute.name or "").strip(), read_text(attribute.value)
        if _fold(name) in wanted:
            message = message or value
        elif _fold(name) in _GIFT_FLAGS:
            gift = gift or value.casefold() not in _FALSE_WORDS
        elif value and not name.startswith("_"):
            others.append(f"{name}: {value}" if name else value)
    return message, gift, tuple(others)


def _read_custom_field(order: wire.Order, name: str) -> str:
    facts = {
        "order:po_number": order.po_number or "",
        "order:confirmation_number": order.confirmation_number or "",
        "order:discount_codes": ", ".join(
            code.code for code in order.discount_codes or () if code.code
        ),
        "order:tags": ", ".join(_read_tags(order)),
        "order:source": order.source_name or "",
    }
    if name in facts:
        return facts[name]
    return next(
        (
            read_text(one.value)
            for one in order.note_attributes or ()
            if (one.name or "").casefold() == name.casefold()
        ),
        "",
    )
