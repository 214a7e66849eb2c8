"""From WooCommerce's order to Portside's. Pure.

What else had to be read from the shop comes in as `Related`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from connectors.orders import SEVERAL_METHODS, ZERO, Address, Order, OrderId, RejectedOrder
from connectors.reading.fields import FieldError
from connectors.woocommerce.mapping import customer, fulfillment, wire
from connectors.woocommerce.mapping.fulfillment import find_twins, find_way
from connectors.woocommerce.mapping.items import Money, read_lines
from connectors.woocommerce.mapping.packages import (
    PACKAGES,
    Packages,
    read_line_addresses,
    read_packages,
)
from connectors.woocommerce.mapping.products import Goods
from connectors.woocommerce.mapping.refunds import NOTHING, Refunded, read_refunds
from connectors.woocommerce.mapping.rules import Rules
from connectors.woocommerce.mapping.statuses import normalize_status, read_status
from connectors.woocommerce.mapping.values import (
    TIME,
    find_moment,
    read_amount,
    read_flag,
    read_key,
    read_moment,
    read_optional_amount,
    read_plain,
    read_prose,
    read_text,
)

JOINT = " | "
_GIFT = "_wc_other/woocommerce_shipstation/shipstation_is_gift"
_GIFT_MESSAGE = "_wc_other/woocommerce_shipstation/shipstation_gift_message"
METAS = customer.METAS | fulfillment.METAS | {PACKAGES, _GIFT, _GIFT_MESSAGE}
"""The order's meta data that is read; a shop is asked for no other."""
# The author of notes that the shop wrote itself: changes of status, mails, and ours.
_SHOP = "WooCommerce"


class Related(msgspec.Struct, frozen=True, kw_only=True):
    """What an order's own JSON does not hold: products by (product, variation), refunds and notes
    by order id, by the buyer's id as much of the customer's JSON as the store's own expressions
    look at, and by order id why the shop fails to show what an order cannot go without.
    """

    goods: Mapping[tuple[int, int], Goods] = {}
    refunds: Mapping[int, Sequence[wire.Refund]] = {}
    notes: Mapping[int, Sequence[wire.Note]] = {}
    customers: Mapping[int, bytes] = {}
    faults: Mapping[int, str] = {}


def read_order(order: wire.Order, related: Related, rules: Rules) -> Order | RejectedOrder:
    """The order, or why it cannot be read: `line_items[2].total: expected money, found 'abc'`."""
    head = wire.Head(order.id, order.date_modified_gmt, order.number)
    if (fault := related.faults.get(read_key(order.id))) is not None:
        return reject_order(head, fault)
    try:
        return _map_order(order, related, rules)
    except FieldError as error:
        return reject_order(head, str(error))


def reject_order(head: wire.Head, reason: str) -> RejectedOrder:
    """The rejection of an order, with as much of its identity as could be read."""
    try:
        modified = (
            read_moment(head.date_modified_gmt, "date_modified_gmt")
            if isinstance(head.date_modified_gmt, str)
            else None
        )
    except FieldError:
        modified = None
    return RejectedOrder(
        id=OrderId(read_text(head.id)),
        number=read_text(head.number) or read_text(head.id),
        modified_at=modified,
        reason=reason,
    )


def _map_order(order: wire.Order, related: Related, rules: Rules) -> Order:
    modified = _require_moment(order.date_modified_gmt, "date_modified_gmt")
    dates = (order.date_paid_gmt, order.date_completed_gmt, order.date_created_gmt)
    placed = next(filter(None, map(find_moment, dates)), modified)
    order_id = read_key(order.id)
    refunded = _sum_refunds(order, related.refunds.get(order_id, ())) if order.refunds else NOTHING
    money = _read_money(order, refunded)
    shop_status = normalize_status(order.status)
    status, known = read_status(shop_status)
    metas = _index_metas(order.meta_data)
    way = find_way(order, metas, rules)
    lines = read_lines(order, related.goods, refunded, money, way, rules)
    twins = find_twins(order, metas, rules) if order.parent_id or metas else ""
    gift = read_flag(metas.get(_GIFT))
    buyer = customer.read_customer(order, metas)
    packages = _read_packages(order, metas, buyer.ship_to)
    items = lines.items
    if packages.destinations:
        items = packages.share_items(items, wire.read_list(order.line_items))
    notes = related.notes.get(order_id)
    coupons = JOINT.join(
        filter(None, [read_plain(coupon.code) for coupon in wire.read_list(order.coupon_lines)])
    )
    return Order(
        id=OrderId(str(order.id)),
        number=read_text(order.number).removeprefix("#") or str(order.id),
        placed_at=placed,
        modified_at=modified,
        status=status,
        shop_status=shop_status,
        status_known=known,
        currency=read_text(order.currency).upper(),
        total=money.total,
        tax=money.tax,
        shipping=money.shipping,
        shipping_method=SEVERAL_METHODS.join(
            filter(
                None,
                [read_plain(line.method_title) for line in wire.read_list(order.shipping_lines)],
            )
        ),
        payment_method=read_text(order.payment_method) or read_plain(order.payment_method_title),
        customer=buyer,
        items=items,
        customer_notes=read_prose(order.customer_note),
        internal_notes=_join_notes(notes) if notes else "",
        gift=gift,
        gift_message=read_prose(metas.get(_GIFT_MESSAGE)) if gift else "",
        custom_fields=(coupons,) if coupons else (),
        dimensions=lines.dimensions,
        packed_elsewhere=twins,
        destinations=packages.destinations,
    )


def _read_packages(order: wire.Order, metas: Mapping[str, Any], own: Address) -> Packages:
    billing = customer.read_billing(order)
    if PACKAGES in metas:
        return read_packages(metas, billing)
    return read_line_addresses(
        wire.read_list(order.line_items), own, customer.find_shipping(order), billing
    )


def _require_moment(value: str | None, path: str) -> datetime:
    found = read_moment(value, path)
    if found is None:
        raise FieldError(path, TIME, value, shown=repr(value))
    return found


def _sum_refunds(order: wire.Order, refunds: Sequence[wire.Refund]) -> Refunded:
    """All refunds together.

    An order with a refund that cannot be read is rejected: exported, it could be shipped although
    its buyer was paid back.
    """
    read = {read_key(refund.id) for refund in refunds}
    for index, brief in enumerate(wire.read_list(order.refunds)):
        if read_key(brief.id) not in read:
            raise FieldError(
                f"refunds[{index}]", "a refund that the shop shows with its lines", brief.id
            )
    return read_refunds(refunds)


def _read_money(order: wire.Order, refunded: Refunded) -> Money:
    """The order's money less what was refunded, so that lines, tax and shipping add up to the
    total.
    """
    total = read_amount(order.total, "total")
    for index, refund in enumerate(wire.read_list(order.refunds)):
        total -= abs(read_optional_amount(refund.total, f"refunds[{index}].total"))
    return Money(
        total=max(total, ZERO) if order.refunds else total,
        tax=_subtract(read_optional_amount(order.total_tax, "total_tax"), refunded.tax),
        shipping=_subtract(
            read_optional_amount(order.shipping_total, "shipping_total"), refunded.shipping
        ),
        discount=read_optional_amount(order.discount_total, "discount_total"),
    )


def _subtract(whole: Decimal, back: Decimal) -> Decimal:
    return max(whole - back, ZERO) if back else whole


def _index_metas(metas: wire.Metas) -> Mapping[str, Any]:
    return {
        meta.key: meta.value
        for meta in wire.read_list(metas)
        if isinstance(meta.key, str) and meta.key in METAS
    }


def _join_notes(notes: Sequence[wire.Note]) -> str:
    """What people wrote for each other, newest first."""
    written = [
        note
        for note in notes
        if not read_flag(note.customer_note) and read_text(note.author) != _SHOP
    ]
    # Stable: within one second the shop's own sequence stays.
    written.sort(key=lambda note: read_text(note.date_created_gmt), reverse=True)
    return JOINT.join(filter(None, [read_prose(note.note) for note in written]))
