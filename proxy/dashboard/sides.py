"""An order as the shop's JSON, the lines of settings and ShipStation's XML, line by line, with what
belongs together marked. Pure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec
from lxml import etree

from connectors.places import Source
from proxy.operator.preview import Preview, write_json
from proxy.operator.privacy import BuyerMask

_MOST_LINES = 3_000
_MOST_SOURCES = 600
_LONGEST_VALUE = 80
_LONGEST_TEXT = 2_000
# Shorter values stand in too many places.
_SHORTEST = 3
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_INDEX = re.compile(r"\[(\d+)\]")
# What ShipStation calls our fields, where the name is not the same but for case and underscores.
_ELEMENTS: Mapping[str, str] = {
    "id": "orderid",
    "number": "ordernumber",
    "placed_at": "orderdate",
    "modified_at": "lastmodified",
    "status": "orderstatus",
    "shop_status": "orderstatus",
    "currency": "currencycode",
    "total": "ordertotal",
    "tax": "taxamount",
    "shipping": "shippingamount",
    "line1": "address1",
    "line2": "address2",
    "region": "state",
    "code": "customercode",
}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a side. `marks` are the names of what it belongs to, with blanks between; `note`
    is where the settings say so.
    """

    text: str
    marks: str = ""
    note: str = ""


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """The three sides of an order."""

    json: Sequence[Row]
    settings: Sequence[Row]
    xml: Sequence[Row]


class _Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """A line while it is being looked at: `path` by names, `index` the first number in it."""

    text: str
    name: str = ""
    index: str = ""
    value: str = ""
    path: tuple[str, ...] = ()


def lay_out(preview: Preview) -> Sides:
    """The sides of an order, without its buyer."""
    mask = BuyerMask(preview.order)
    lines = (line for value in preview.values for line in _walk_json(value, mask))
    json = list(islice(lines, _MOST_LINES))
    xml = list(islice(_walk_xml(preview.xml, mask), _MOST_LINES))
    marks: dict[int, list[str]] = defaultdict(list)
    settings = []
    sources = preview.sources[:_MOST_SOURCES]
    for number, source in enumerate(sources):
        mark = f"s{number}"
        for place, leaf in enumerate((*json, *xml)):
            is_json = place < len(json)
            if _is_origin(source, leaf) if is_json else _is_target(source, leaf):
                marks[place].append(mark)
        settings.append(_write_source(source, mark, mask))
    if not sources:
        settings = list(_pair_values(json, xml, marks))
    rows = [
        Row(text=leaf.text[:_LONGEST_TEXT], marks=" ".join(marks[place]))
        for place, leaf in enumerate((*json, *xml))
    ]
    return Sides(json=rows[: len(json)], settings=settings, xml=rows[len(json) :])


def _write_source(source: Source, mark: str, mask: BuyerMask) -> Row:
    names = tuple(_WORD.findall(source.field))
    value = mask.value(source.value, names)
    shown = value if isinstance(value, str) else write_json(value).replace("\n", " ")
    if len(shown) > _LONGEST_VALUE:
        shown = f"{shown[:_LONGEST_VALUE]}…"
    return Row(
        text=f"{source.field}: {source.path}",
        marks=mark,
        note=f"{shown} ({source.place.rpartition('/')[2]})" if source.place else shown,
    )


def _is_origin(source: Source, leaf: _Leaf) -> bool:
    """Whether an expression speaks of this line of JSON."""
    if not leaf.name or leaf.name not in _WORD.findall(source.path):
        return False
    wanted = _INDEX.search(source.path)
    if wanted and leaf.index and wanted[1] != leaf.index:
        return False
    parents = {_fold(each) for each in _WORD.findall(source.path)}
    return len(leaf.path) <= 1 or any(_fold(each) in parents for each in leaf.path[:-1])


def _is_target(source: Source, leaf: _Leaf) -> bool:
    """Whether a field becomes this line of XML."""
    names = _WORD.findall(source.field)
    if not names or not leaf.name:
        return False
    wanted = _INDEX.search(source.field)
    if wanted and "items" in names and wanted[1] != leaf.index:
        return False
    last = _ELEMENTS.get(names[-1], _fold(names[-1]))
    own = {_fold(each) for each in leaf.path}
    if last != _fold(leaf.name):
        return False
    groups = {_fold(each) for each in names[:-1]} & {"items", "shipto", "billto", "options"}
    return groups <= own and bool(groups) == bool(own & {"items", "shipto", "billto", "options"})


def _pair_values(
    json: Sequence[_Leaf], xml: Sequence[_Leaf], marks: dict[int, list[str]]
) -> Iterator[Row]:
    """What stands in both, where the connector does not say itself which is read from which."""
    by_value: dict[str, list[int]] = defaultdict(list)
    for place, leaf in enumerate(json):
        if len(leaf.value) >= _SHORTEST:
            by_value[leaf.value].append(place)
    for number, leaf in enumerate(xml):
        if found := by_value.get(leaf.value):
            mark = f"v{number}"
            marks[len(json) + number].append(mark)
            for place in found:
                marks[place].append(mark)
            origin = ".".join(json[found[0]].path)
            yield Row(text=f"{leaf.name}: {origin}", marks=mark, note="by the connector's own map")


def _walk_json(
    value: Any, mask: BuyerMask, path: tuple[str, ...] = (), key: str = "", index: str = ""
) -> Iterator[_Leaf]:
    indent = "  " * len(path)
    head = f"{indent}{write_json(key)}: " if key else indent
    if isinstance(value, dict) and value:
        yield _Leaf(text=f"{head}{{", name=key, index=index, path=path)
        for name, each in value.items():
            yield from _walk_json(each, mask, (*path, str(name)), str(name), index)
        yield _Leaf(text=f"{indent}}}")
    elif isinstance(value, list) and value:
        yield _Leaf(text=f"{head}[", name=key, index=index, path=path)
        for number, each in enumerate(value):
            yield from _walk_json(each, mask, path, "", index or str(number))
        yield _Leaf(text=f"{indent}]")
    else:
        shown = mask.value(value, path)
        yield _Leaf(
            text=f"{head}{write_json(shown)}", name=key, index=index, path=path, value=str(shown)
        )


def _walk_xml(text: str, mask: BuyerMask) -> Iterator[_Leaf]:
    if text:
        root = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False))
        yield from _walk_element(root, mask, (), "")


def _walk_element(
    element: etree._Element, mask: BuyerMask, path: tuple[str, ...], index: str
) -> Iterator[_Leaf]:
    tag = str(element.tag)
    own = (*path, tag)
    indent = "  " * len(path)
    if not len(element):
        shown = mask.text((element.text or "").strip(), own)
        yield _Leaf(
            text=f"{indent}<{tag}>{shown}</{tag}>", name=tag, index=index, value=shown, path=own
        )
        return
    yield _Leaf(text=f"{indent}<{tag}>")
    for number, child in enumerate(element):
        inner = str(number) if tag == "Items" else index
        yield from _walk_element(child, mask, own, inner)
    yield _Leaf(text=f"{indent}</{tag}>")


def _fold(name: str) -> str:
    return name.replace("_", "").casefold()
