"""Two exports of the same orders laid side by side, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

Options = tuple[tuple[str, str], ...]
Fields = dict[str, str | Options]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A field of an order that two exports tell differently.

    `item` is the line's id; None stands for an element that is not there.

    A line that only one side has is one difference of the field `Item`, with its name as the value.
    """

    order_id: str
    field: str
    item: str = ""
    theirs: str | Options | None
    ours: str | Options | None


def compare(theirs: etree._Element, ours: etree._Element) -> Iterator[Difference]:
    """All differences of one order."""
    order_id = theirs.findtext("OrderID") or ""
    yield from _fields(order_id, "", _flat(theirs), _flat(ours))
    their_items, our_items = _items(theirs), _items(ours)
    for item in dict.fromkeys([*their_items, *our_items]):
        if item in their_items and item in our_items:
            yield from _fields(order_id, item, their_items[item], our_items[item])
        else:
            told, other = (
                (their_items.get(item) or {}).get("Item/Name"),
                (our_items.get(item) or {}).get("Item/Name"),
            )
            yield Difference(order_id=order_id, field="Item", item=item, theirs=told, ours=other)


def _fields(order_id: str, item: str, theirs: Fields, ours: Fields) -> Iterator[Difference]:
    for field in dict.fromkeys([*theirs, *ours]):
        if theirs.get(field) != ours.get(field):
            yield Difference(
                order_id=order_id,
                field=field,
                item=item,
                theirs=theirs.get(field),
                ours=ours.get(field),
            )


def _flat(element: etree._Element, prefix: str = "") -> Fields:
    """Text by path, the lines aside."""
    found: Fields = {}
    for child in element:
        path = f"{prefix}{child.tag}"
        if child.tag == "Items":
            continue
        if child.tag == "Options":
            found[path] = tuple(
                (option.findtext("Name") or "", option.findtext("Value") or "") for option in child
            )
        elif len(child):
            found.update(_flat(child, f"{path}/"))
        else:
            found[path] = child.text or ""
    return found


def _items(order: etree._Element) -> dict[str, Fields]:
    """Lines by id; those that the plugin gives none by SKU."""
    found = {}
    for item in order.iterfind("Items/Item"):
        sku = item.findtext("SKU") or ""
        found[sku if sku.startswith("total-") else item.findtext("LineItemID") or ""] = _flat(
            item, "Item/"
        )
    return found
