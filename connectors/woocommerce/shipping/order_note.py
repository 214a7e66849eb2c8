"""The order note that reports a shipment, and how to find it again among others. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence

from connectors.carriers import Carriers
from connectors.orders import LineItem
from connectors.reading.markup import clean_text
from connectors.shipments import Shipment, fold_tracking
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.values import read_text

# A note names no more items than this.
_MOST_ITEMS = 20
# Postal tracking numbers have at least nine digits, dates and order numbers mostly fewer.
_TELLING_DIGITS = 9
# How the tracking number follows the first sentence of our own notes, once lines are joined. Never
# change it: notes written long ago must still be found.
_OURS = ". Tracking number: "


def write_note(
    shipment: Shipment, lines: Sequence[LineItem], carriers: Carriers, *, further: bool = False
) -> str:
    """What was shipped, how and when, in plain sentences; escaped, because WooCommerce reads notes
    as HTML.

    A `further` parcel takes nothing that was left to ship, so its items are not named. The same
    shipment always gives the same text, by which it is found again where it has no tracking number.
    """
    how = " ".join(dict.fromkeys(filter(None, (carriers.name(shipment), shipment.service))))
    how = (
        shipment.service
        if shipment.service.lower().startswith(carriers.name(shipment).lower()) and shipment.service
        else how
    )
    what = (
        "A further parcel of the order"
        if further
        else _write_items(shipment, {line.id: line for line in lines}) or "The order"
    )
    sentences = [
        f"{what} shipped"
        + (f" with {how}" if how else "")
        + (f" on {shipment.shipped_on.isoformat()}" if shipment.shipped_on else "")
        + "."
    ]
    if number := shipment.tracking_number.strip():
        sentences.append(f"Tracking number: {number}")
    if link := carriers.link(shipment):
        sentences.append(link)
    if shipment.notify_customer and (words := clean_text(shipment.notes_to_customer)):
        sentences.append(words)
    return html.escape("\n".join(sentences), quote=False)


def has_note(
    notes: Iterable[wire.Note],
    shipment: Shipment,
    texts: Iterable[str],
    *,
    to_customer: bool,
    order_id: str = "",
    by_text: bool = False,
) -> bool:
    """Whether one of the notes reports this shipment: by its tracking number, or without one by one
    of these very texts; `by_text` for a number that proves nothing.

    A note to the buyer counts as a private one too, but not the other way around. `order_id` is the
    shop's, because a notice may lack it.
    """
    number = "" if by_text else clean_text(html.escape(shipment.tracking_number, quote=False))
    own = (order_id, shipment.order_id, shipment.order_number)
    wanted = {clean_text(text) for text in texts}
    for note in notes:
        if to_customer and not read_text(note.customer_note) and note.customer_note is not True:
            continue
        found = clean_text(read_text(note.note))
        if _has_number(found, number, own) if number else found in wanted:
            return True
    return False


def _has_number(found: str, number: str, own: Iterable[str]) -> bool:
    """Whether a note names `number` as a parcel's.

    Our notes and those of WooCommerce's own shipping plugin do so in a fixed sentence, whatever the
    number is. Any other note may speak of a payment, an amount or another order: there only a
    number of many digits counts, and none that is part of one of the order's own (`own`).
    """
    literal = _spell_number(number)
    head, ours, tail = found.partition(_OURS)
    if ours and " shipped" in head and re.match(rf"{literal}(?!\S)", tail, re.IGNORECASE):
        return True
    if re.search(
        rf" shipped via .* with tracking number {literal}\.?(?: \(ShipStation\)\.?)?\Z",
        found,
        re.IGNORECASE,
    ):
        return True
    if sum(map(str.isdecimal, number)) < _TELLING_DIGITS or any(
        number.casefold() in name.casefold() for name in own
    ):
        return False
    return re.search(rf"(?<![\w-]){literal}(?![\w-])", found, re.IGNORECASE) is not None


def _spell_number(number: str) -> str:
    """A pattern for the number as it is, or with its parts set apart in another way."""
    loose = r"[\s\u2010-\u2015-]*".join(map(re.escape, fold_tracking(number)))
    return f"(?:{re.escape(number)}{'|' if loose else ''}{loose})"


def _write_items(shipment: Shipment, lines: Mapping[str, LineItem]) -> str:
    names = []
    for item in shipment.items[:_MOST_ITEMS]:
        line = lines.get(item.line_id)
        name = clean_text(item.name) or (line.name if line else "") or item.sku or "item"
        sku = item.sku or (line.sku if line else "")
        names.append(f"{item.quantity} x {name}" + (f" ({sku})" if sku and sku != name else ""))
    if len(shipment.items) > _MOST_ITEMS:
        names.append(f"and {len(shipment.items) - _MOST_ITEMS} more")
    return ", ".join(names)
