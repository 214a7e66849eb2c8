"""Our schema of what ShipStation accepts, and what an order breaks of it in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import deepcopy

import msgspec
from lxml import etree

from proxy.doors.custom_store.errors import InvalidOrderError
from proxy.doors.custom_store.orders_xsd import DOCUMENT, REQUIRED, RULES, XS

_POSITION = re.compile(r"\[\d+\]")
STRUCTURE = "the elements and attributes of the schema, each once"
# Their values belong to the buyer: an error tells their length alone.
_PERSONAL = re.compile(r"Customer/|Notes$|GiftMessage$|CustomField\d$")

_SCHEMA = etree.XMLSchema(DOCUMENT)


def _in_order() -> etree.XMLSchema:
    """The same schema for trees whose elements come in the order of the file, as ours do: checked
    in two thirds of the time.
    """
    document = deepcopy(DOCUMENT)
    for group in list(document.iter(f"{XS}all")):
        group.tag = f"{XS}sequence"
    return etree.XMLSchema(document)


_OURS = _in_order()


class SchemaFault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that breaks the schema: the element's path, the rule it breaks, and what was there
    instead.
    """

    field: str
    rule: str
    reason: str


def check_order(order: etree._Element) -> None:
    """Raise InvalidOrderError for the first rule that an `<Order>` of our own making breaks."""
    if _OURS.validate(order):
        return
    fault = (schema_faults(order) or _faults(_OURS, order))[0]
    raise InvalidOrderError(fault.field, fault.rule, fault.reason)


def schema_faults(document: etree._Element) -> list[SchemaFault]:
    """Everything that breaks the schema in any `<Orders>` or `<Order>` element, in document
    order.
    """
    return [] if _SCHEMA.validate(document) else _faults(_SCHEMA, document)


def _faults(schema: etree.XMLSchema, document: etree._Element) -> list[SchemaFault]:
    log: Iterable[etree._LogEntry] = schema.error_log  # type: ignore[assignment]  # lxml's stubs leave out that a log can be read in a loop
    return [_fault(entry, document) for entry in log]


def _fault(entry: etree._LogEntry, root: etree._Element) -> SchemaFault:
    """A line of libxml2's log in our words.

    Where the content is wrong we quote the type's own rule.
    """
    path = (entry.path or "").lstrip("/")
    field = path.partition("/")[2] or path
    element = root.find(field) if "/" in path else root
    kind = _POSITION.sub("", path.removeprefix("Orders/"))
    if element is None or kind not in RULES or entry.type_name == "SCHEMAV_ELEMENT_CONTENT":
        return SchemaFault(
            field=field, rule=STRUCTURE, reason=_misplaced(entry, element, REQUIRED.get(kind, ()))
        )
    return SchemaFault(field=field, rule=RULES[kind], reason=_found(field, element.text or ""))


def _found(field: str, text: str) -> str:
    if not text:
        return "nothing"
    return f"{len(text)} characters" if _PERSONAL.search(field) else repr(text[:60])


def _misplaced(
    entry: etree._LogEntry, element: etree._Element | None, required: Sequence[str]
) -> str:
    """What is wrong with the structure at `element`: a child it must have and has not, else
    libxml2's own sentence, which can be long.
    """
    missing = [name for name in required if element is not None and element.find(name) is None]
    if missing:
        return f"no {', '.join(missing)}"
    return str(entry.message).partition(": ")[2].partition(" Expected is")[0] or str(entry.message)
