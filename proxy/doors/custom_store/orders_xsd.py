"""What `orders.xsd` says, as values: the names under an element in their order, the longest texts
and largest numbers, and each rule in words. Nothing here checks an order.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from importlib.resources import files

from lxml import etree

XS = "{http://www.w3.org/2001/XMLSchema}"
DOCUMENT = etree.fromstring(files(__package__).joinpath("orders.xsd").read_bytes())


def build_skeleton(type_name: str, last: str = "") -> etree._Element:
    """An element of this type with an empty element for each child, in the order of the file, and
    theirs inside them; lists stay empty. `last` names the last child to have, if not all.
    """
    skeleton = etree.Element(type_name)
    for child in _children(type_name):
        if child.get("maxOccurs") is None:
            branch = build_skeleton(child.get("type", ""))
            branch.tag = child.get("name", "")
            skeleton.append(branch)
        if child.get("name") == last:
            break
    return skeleton


def _children(type_name: str) -> Iterator[etree._Element]:
    return DOCUMENT.iterfind(f"{XS}complexType[@name='{type_name}']//{XS}element")


def _walk_leaves(type_name: str, path: str) -> Iterator[tuple[str, str]]:
    """Path and simple type of every leaf under a complex type."""
    for element in _children(type_name):
        here, type_of = f"{path}/{element.get('name')}", element.get("type", "")
        if DOCUMENT.find(f"{XS}simpleType[@name='{type_of}']") is not None:
            yield here, type_of
        else:
            yield from _walk_leaves(type_of, here)


def _walk_required(type_name: str, path: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Path of every container under a complex type, itself included, and the children it must
    have.
    """
    children = list(_children(type_name))
    if children:
        needed = (each.get("name", "") for each in children if each.get("minOccurs") != "0")
        yield path, tuple(needed)
    for each in children:
        yield from _walk_required(each.get("type", ""), f"{path}/{each.get('name')}")


def _read_rule(type_name: str) -> str:
    """What a simple type asks for, in words: its documentation."""
    place = f"{XS}simpleType[@name='{type_name}']/{XS}annotation/{XS}documentation"
    return DOCUMENT.findtext(place) or ""


def _read_facet(type_name: str, name: str) -> int | None:
    """A facet of a simple type, e.g. `maxLength` of `Text50`; None where it has none."""
    found = DOCUMENT.find(f"{XS}simpleType[@name='{type_name}']/{XS}restriction/{XS}{name}")
    return None if found is None else int(found.get("value", ""))


def _require_facet(type_name: str, name: str) -> int:
    found = _read_facet(type_name, name)
    if found is None:
        raise LookupError(f"orders.xsd: the type {type_name} has no {name}")
    return found


def _read_most_options() -> int:
    place = f"{XS}complexType[@name='Options']//{XS}element[@name='Option']"
    return next(int(each.get("maxOccurs", "")) for each in DOCUMENT.iterfind(place))


_LEAVES = dict(_walk_leaves("Order", "Order"))
RULES = {path: _read_rule(type_name) for path, type_name in _LEAVES.items()}
"""What each leaf must hold, in words, by its path: `Order/Customer/BillTo/Name`."""
REQUIRED = dict(_walk_required("Order", "Order"))
"""The children that each container must have, by its path."""
LONGEST = {
    path.removeprefix("Order/"): limit
    for path, type_name in _LEAVES.items()
    if (limit := _read_facet(type_name, "maxLength")) is not None
}
"""The most characters that a text may have, by its path below the order: `Customer/BillTo/Name`."""
FREE = {
    path: limit for path, limit in LONGEST.items() if _LEAVES[f"Order/{path}"].startswith("Text")
}
"""Of these the texts that are anybody's words, cleaned and cut before they go out."""
VERBATIM = frozenset(path for path in LONGEST if _LEAVES[f"Order/{path}"] in {"Identity", "Link"})
"""Of these the ids and links, which go out as they are or not at all."""
MOST_OPTIONS = _read_most_options()
MOST_PIECES = _require_facet("Pieces", "maxInclusive")
LARGEST = Decimal(10 ** _require_facet("Money", "totalDigits") - 1).scaleb(
    -_require_facet("Money", "fractionDigits")
)
"""The largest amount."""
LAST_PAGE = 2**15 - 1
"""The attribute `pages` is an `xs:short`, so no page can lie beyond."""
