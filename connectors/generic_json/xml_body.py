"""A request's body of XML: what settings write in the shape of the values that are read from XML,
or as a text, becomes a tree of lxml's, and that is what is sent. Pure.

    {soap:Envelope: {"@xmlns:soap": …, soap:Body: {GetOrders: {since: …}}}}

A name is an element, `@name` an attribute, `#text` the text beside them; a list repeats its
element, null leaves it out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from lxml import etree

from connectors.language.functions import EvaluationError
from connectors.language.functions.table import as_text
from connectors.language.templates import suggest_word
from connectors.places import MisplacedError, Path

_NAME: Final = re.compile(r"@?(?:[^\W\d][\w.-]*:)?[^\W\d][\w.-]*")
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FILLED: Final = re.compile(r"\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_OPERATORS: Final = frozenset({"$value", "$each", "$give", "$key", "$if"})
_XML: Final = "http://www.w3.org/XML/1998/namespace"


def write_document(value: Any) -> bytes:
    """The document with its declaration, in UTF-8. `value` is an object with one member, or a text
    of XML. Raises `EvaluationError`.
    """
    root = _parse_text(value) if isinstance(value, str) else _build_root(value)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def check_text(source: str) -> None:
    """Raise `ValueError` for a template of XML that cannot be a document whatever is filled in."""
    if "{%" in source:
        return
    try:
        _parse_text(_FILLED.sub("x", source))
    except EvaluationError as error:
        raise ValueError(str(error)) from None


def check_shape(
    source: Any, path: Path = (), prefixes: frozenset[str] = frozenset({"xml"})
) -> None:
    """Raise `MisplacedError` for what cannot become a document: several roots, names and prefixes
    that XML does not know.
    """
    if not path and (not isinstance(source, dict) or len(source) != 1 or {*source} & _OPERATORS):
        raise MisplacedError(path, "expected one element that holds all others, e.g. {orders: {…}}")
    if isinstance(source, list):
        for at, inner in enumerate(source):
            check_shape(inner, (*path, at), prefixes)
    elif isinstance(source, dict):
        known = prefixes | _list_declared(source)
        for name, inner in source.items():
            if name not in _OPERATORS:
                _check_name(str(name), (*path, name), _list_declared(inner) | known)
            if name == "$give" or name not in _OPERATORS:
                check_shape(inner, (*path, name), known)


def _list_declared(inner: Any) -> frozenset[str]:
    """The prefixes that an element declares for itself."""
    names = inner if isinstance(inner, dict) else ()
    return frozenset(
        str(name).removeprefix("@xmlns:") for name in names if str(name).startswith("@xmlns:")
    )


def _check_name(name: str, path: Path, prefixes: frozenset[str]) -> None:
    if name in {"#text", "@xmlns"} or name.startswith("@xmlns:"):
        return
    if not _NAME.fullmatch(name):
        raise MisplacedError(
            path, f"expected the name of an element or an @attribute, found {name!r}"
        )
    prefix = name.removeprefix("@").rpartition(":")[0]
    if prefix and prefix not in prefixes:
        raise MisplacedError(
            path,
            f"there is no prefix {prefix!r} here{suggest_word(prefix, sorted(prefixes - {'xml'}))};"
            f' declare it by "@xmlns:{prefix}"',
        )


def _parse_text(text: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(_clean(text).strip().encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise EvaluationError(
            f"the XML is not well-formed: {str(error).partition(' (')[0]}"
        ) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise EvaluationError("the XML has a document type, which is not sent")
    return root


def _build_root(value: Any) -> etree._Element:
    if not isinstance(value, dict) or len(value) != 1:
        raise EvaluationError("expected one element that holds all others")
    ((name, content),) = value.items()
    holder = etree.Element("holder")
    _add_elements(holder, name, content, {"xml": _XML})
    if len(holder) != 1:
        raise EvaluationError("expected one element that holds all others")
    return holder[0]


def _add_elements(
    parent: etree._Element, name: str, content: Any, spaces: Mapping[str, str]
) -> None:
    """The elements of one name, in a parent."""
    if content is None:
        return
    if isinstance(content, list):
        for each in content:
            _add_elements(parent, name, each, spaces)
        return
    members = content if isinstance(content, dict) else {"#text": content}
    own = {
        each.partition(":")[2]: as_text(uri) or ""
        for each, uri in members.items()
        if each == "@xmlns" or each.startswith("@xmlns:")
    }
    known = {**spaces, **own}
    # lxml takes None for the namespace of names without a prefix, which its stubs do not know.
    declared: Any = {prefix or None: uri for prefix, uri in own.items()}
    try:
        element = etree.SubElement(parent, _resolve(name, known, known.get("")), nsmap=declared)
        _set_attributes(element, members, known)
    except ValueError as error:
        if isinstance(error, EvaluationError):
            raise
        raise EvaluationError(f"the XML cannot be made: {error}") from None
    for each, inner in members.items():
        if each == "#text":
            element.text = _clean(as_text(inner) or "")
        elif not each.startswith("@"):
            _add_elements(element, each, inner, known)


def _set_attributes(
    element: etree._Element, members: Mapping[str, Any], spaces: Mapping[str, str]
) -> None:
    for name, value in members.items():
        is_declared = name == "@xmlns" or name.startswith("@xmlns:")
        if name.startswith("@") and not is_declared and value is not None:
            element.set(_resolve(name[1:], spaces, None), _clean(as_text(value) or ""))


def _resolve(name: str, spaces: Mapping[str, str], default: str | None) -> str:
    """A name as lxml takes it."""
    prefix, _, local = name.rpartition(":")
    if prefix and prefix not in spaces:
        raise EvaluationError(f"the XML has no prefix {prefix!r}")
    space = spaces[prefix] if prefix else default
    return f"{{{space}}}{local}" if space else local


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
