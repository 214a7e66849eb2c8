"""Our schema of what ShipStation accepts, and what an order breaks of it in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from importlib.resources import files

import msgspec
from lxml import etree

from proxy.doors.custom_store.errors import InvalidOrderError

_XS = "{http://www.w3.org/2001/XMLSchema}"
_POSITION = re.compile(r"\[\d+\]")
STRUCTURE = "the elements and attributes of the schema, each once"
# Their values belong to the buyer: an error tells their length alone.
_PERSONAL = re.compile(r"Customer/|Notes$|GiftMessage$|CustomField\d$")

_DOCUMENT = etree.fromstring(files(__package__).joinpath("orders.xsd").read_bytes())
_SCHEMA = etree.XMLSchema(_DOCUMENT)


def _in_order() -> etree.XMLSchema:
    """The same schema for trees whose elements come in the order of the file, as ours do:
    checked in two thirds of the time.
    """
    document = deepcopy(_DOCUMENT)
    for group in list(document.iter(f"{_XS}all")):
        group.tag = f"{_XS}sequence"
    return etree.XMLSchema(document)


class _NoTree:
    """What a parser builds that is only to read and check: nothing, in half the time."""

    def close(self) -> None:
        """The end of the document."""


_OURS = _in_order()
_READER = etree.XMLParser(resolve_entities=False, no_network=True)
# It does not raise for what breaks the schema but writes it into its log, anew with each document
# and apart for each thread.
_PROVER = etree.XMLParser(
    target=_NoTree(),  # type: ignore[arg-type]  # lxml's stubs ask for methods that lxml itself takes as optional
    schema=_OURS,
    resolve_entities=False,
    no_network=True,
    collect_ids=False,
)


class SchemaFault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that breaks the schema: the element's path, the rule it breaks, and what was
    there instead.
    """

    field: str
    rule: str
    reason: str


def check_order(encoded: bytes) -> None:
    """Raise InvalidOrderError for the first rule that an `<Order>` of our own making breaks, its
    being XML the first of them.
    """
    try:
        etree.fromstring(encoded, _PROVER)
        if not _PROVER.error_log:
            return
        order = etree.fromstring(encoded, _READER)
    except etree.XMLSyntaxError as error:
        raise InvalidOrderError("Order", STRUCTURE, str(error)) from error
    fault = (schema_faults(order) or _faults(_OURS, order))[0]
    raise InvalidOrderError(fault.field, fault.rule, fault.reason)


def schema_faults(document: etree._Element) -> list[SchemaFault]:
    """Everything that breaks the schema in anybody's `<Orders>` or `<Order>` element, in
    document order.
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
    if element is None or kind not in _RULES or entry.type_name == "SCHEMAV_ELEMENT_CONTENT":
        return SchemaFault(
            field=field, rule=STRUCTURE, reason=_misplaced(entry, element, _REQUIRED.get(kind, ()))
        )
    return SchemaFault(field=field, rule=_RULES[kind], reason=_found(field, element.text or ""))


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


def _children(type_name: str) -> Iterator[etree._Element]:
    return _DOCUMENT.iterfind(f"{_XS}complexType[@name='{type_name}']//{_XS}element")


def _rules(type_name: str, path: str) -> Iterator[tuple[str, str]]:
    """Path and rule of every leaf under a complex type, rules being the documentation of the
    leaves' types.
    """
    for element in _children(type_name):
        here, type_of = f"{path}/{element.get('name')}", element.get("type") or ""
        rule = _DOCUMENT.findtext(
            f"{_XS}simpleType[@name='{type_of}']/{_XS}annotation/{_XS}documentation"
        )
        if rule is not None:
            yield here, rule
        else:
            yield from _rules(type_of, here)


def _required(type_name: str, path: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Path of every container under a complex type, itself included, and the children it must
    have.
    """
    children = [
        (element.get("name") or "", element.get("type") or "", element.get("minOccurs"))
        for element in _children(type_name)
    ]
    if children:
        yield path, tuple(name for name, _, least in children if least != "0")
    for name, type_of, _ in children:
        yield from _required(type_of, f"{path}/{name}")


_RULES = dict(_rules("Order", "Order"))
_REQUIRED = dict(_required("Order", "Order"))
