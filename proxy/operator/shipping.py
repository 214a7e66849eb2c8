"""A shipment that a person tells of: which order and which lines are meant, and what the shop would
be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from connectors.errors import OrderNotFoundError
from connectors.inspection import find_order_id
from connectors.interface import ShipOutcome
from connectors.orders import Order
from connectors.quoting import MOST_QUOTED
from connectors.shipments import Shipment, ShippedItem
from proxy.delivery.attempt import as_policy_says
from proxy.doors.custom_store.carriers import find_carrier_code
from proxy.doors.custom_store.given import describe_given
from proxy.doors.custom_store.orders_xsd import MOST_PIECES
from proxy.operator.deliveries import WantedError
from proxy.rules.addressees import AddressedOrder
from proxy.rules.matching import GivenLine, GivenOrder, apply_given
from proxy.storage.outbox.foresight import DatabaseForesight, Foreseen
from proxy.stores import Store

_MOST_LISTED = 20


class ParcelWords(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says of a parcel. `items` are `LINE=PIECES`, a line by its id, SKU or name; all
    that is left if there are none.
    """

    order: str
    tracking_number: str
    carrier: str = ""
    service: str = ""
    items: tuple[str, ...] = ()
    notify_customer: bool = True
    shipped_on: date


async def build_shipment(
    foresight: DatabaseForesight, store: Store, words: ParcelWords
) -> Shipment:
    """The notice that a shipping client would send of this parcel.

    Raises WantedError for an order or a line that cannot be found, and what reading the order
    raises.
    """
    given, is_remembered = await _find_order(foresight, store, words.order)
    shipment = Shipment(
        order_id=given.id,
        order_number=given.number,
        carrier=words.carrier,
        carrier_code=find_carrier_code(words.carrier, words.service),
        service=words.service,
        tracking_number=words.tracking_number.strip(),
        shipped_on=words.shipped_on,
        items=tuple(_read_item(text, given) for text in words.items),
        notify_customer=words.notify_customer,
    )
    # What the outbox does not remember it takes in the shop's own words.
    return shipment if is_remembered else apply_given(shipment, given).shipment


async def rehearse(store: Store, foreseen: Foreseen) -> ShipOutcome:
    """What the connector of a `store` opened for a dry run says of the shipment. Raises what an
    attempt would end in, or `UnsentError` where the connector goes no further than its first write.
    """
    shipment = as_policy_says(foreseen.shipment, store.settings.notify_customer)
    return await store.connector.ship(shipment, foreseen.earlier)


async def _find_order(
    foresight: DatabaseForesight, store: Store, word: str
) -> tuple[GivenOrder, bool]:
    """The order meant by a number or an id, and whether it is remembered: by what was given to the
    shipping client, else as the shop shows it, else without the suffix of a split.
    """
    remembered = await foresight.find_given(store.name, word)
    if len(remembered) > 1:
        ids = ", ".join(given.id for given in remembered)
        raise WantedError(
            f"order: expected one order, found several by {word!r}: name one of {ids}"
        )
    if remembered:
        return remembered[0], True
    try:
        return await _read_order(store, word), False
    except OrderNotFoundError:
        split = await foresight.find_split(store.name, word)
        if split is None:
            raise
        return split, True


async def _read_order(store: Store, word: str) -> GivenOrder:
    """The order as the shop shows it now. Raises `OrderNotFoundError`."""
    order_id = await find_order_id(store.connector, word)
    found = await store.connector.get_order(order_id)
    if isinstance(found, Order):
        return describe_given(AddressedOrder(order=found), found)
    raise WantedError(f"order: expected one that can be read, found {found.reason[:MOST_QUOTED]}")


def _read_item(text: str, given: GivenOrder) -> ShippedItem:
    """`LINE=PIECES` as an item of the order. Raises WantedError."""
    name, _, pieces = text.rpartition("=")
    if (
        not name
        or not (pieces.isascii() and pieces.isdigit())
        or len(pieces) > len(str(MOST_PIECES))
    ):
        raise WantedError(f"item: expected LINE=PIECES, as in CUP-BLUE=2, found {text!r}")
    quantity = int(pieces)
    if not 0 < quantity <= MOST_PIECES:
        raise WantedError(f"item: expected 1 to {MOST_PIECES} pieces, found {text!r}")
    line = _find_line(name, given)
    return ShippedItem(line_id=line.id, sku=line.sku, name=line.name, quantity=quantity)


def _find_line(name: str, given: GivenOrder) -> GivenLine:
    for spellings in (_list_ids, _list_skus, _list_names):
        found = [line for line in given.lines if name in spellings(line)]
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(line.id for line in found)
            raise WantedError(
                f"item: expected one line, found several by {name!r}: name one of {ids}"
            )
    lines = ", ".join(
        f"{line.id} ({line.quantity} x {line.sku or line.name})"
        for line in given.lines[:_MOST_LISTED]
    )
    raise WantedError(
        f"item: expected a line of order {given.number}, which has {lines or 'none'}; found"
        f" {name!r}"
    )


def _list_ids(line: GivenLine) -> Sequence[str]:
    return (line.id, line.shop_id)


def _list_skus(line: GivenLine) -> Sequence[str]:
    return (line.sku, line.shop_sku)


def _list_names(line: GivenLine) -> Sequence[str]:
    return (line.name, line.shop_name)
