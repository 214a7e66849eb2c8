"""A shipment notice's body as a tree, and its fields by name: strict ones, and free ones that no
parcel needs.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import TypeAlias, TypeVar
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from proxy.doors.custom_store.errors import WireError
from proxy.doors.custom_store.text import clean

Parsed = TypeVar("Parsed")
Doubt: TypeAlias = Callable[[str], None]
"""Takes one sentence about a field that was left out."""

# ShipNotice/Items/Item/Quantity is 4; what nests much deeper is not a notice.
MAX_DEPTH = 16
_LONGEST_NAME = 200
_CLAIMS_UTF_16 = re.compile(rb"""^<\?xml[^>]{0,80}encoding\s*=\s*["']utf-?16""", re.IGNORECASE)
_REFERENCE = re.compile(rb"&#(x[0-9a-f]{1,8}|[0-9]{1,9});", re.IGNORECASE)
# Control characters that stand in the text as they are; a NUL among the bytes means UTF-16.
_CONTROLS = bytes(sorted({*range(1, 0x20)} - {*b"\t\n\r"}))
_CHARACTER = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _ShallowBuilder(TreeBuilder):
    """Builds the tree and refuses one that is deeper than any notice."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise WireError(
                f"body: expected a ShipNotice, found elements nested more than {MAX_DEPTH} deep"
            )
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse_tree(body: bytes) -> Element:
    """The root element of `body`, which must be a ShipNotice."""
    # A client that writes its XML into a string first may claim UTF-16 and send UTF-8; the bytes
    # themselves know better.
    encoding = "utf-8" if _CLAIMS_UTF_16.match(body) else None
    parser = DefusedXMLParser(target=_ShallowBuilder(), encoding=encoding, forbid_dtd=True)
    try:
        parser.feed(_REFERENCE.sub(_keep_character, _drop_controls(body)))
        root = parser.close()
    except DefusedXmlException as error:
        raise WireError(
            "body: expected XML without a document type or entities of its own"
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise WireError(f"body: expected well-formed XML, found a fault: {error}") from error
    if read_tag(root) != "shipnotice":
        raise WireError(f"body: expected the root element ShipNotice, found {root.tag[:60]!r}")
    if (root.text or "").strip() or any((child.tail or "").strip() for child in root):
        raise WireError("body: expected elements in ShipNotice and nothing else, found loose text")
    return root


def _drop_controls(body: bytes) -> bytes:
    return body if b"\0" in body else body.translate(None, _CONTROLS)


def _keep_character(reference: re.Match[bytes]) -> bytes:
    """A character reference as it is, or nothing for one that no XML may hold: .NET writes control
    characters so.
    """
    digits = reference[1].lower()
    code = int(digits[1:], 16) if digits.startswith(b"x") else int(digits)
    is_carried = code <= sys.maxunicode and _CHARACTER.fullmatch(chr(code))
    return reference[0] if is_carried else b""


def read_tag(element: Element) -> str:
    """The element's name in lower case, without a namespace."""
    return element.tag.rpartition("}")[2].lower()


class Fields:
    """The children of an element by name, in any case; a name that is given twice must say the
    same.
    """

    def __init__(self, element: Element, path: str) -> None:
        self._path = path
        self.children: dict[str, list[Element]] = {}
        for child in element:
            self.children.setdefault(read_tag(child), []).append(child)

    def all(self, name: str) -> list[Element]:
        """Every child of this name."""
        return self.children.get(name.lower(), [])

    def text(self, name: str) -> str:
        """The text of the child `name`, clean and stripped; empty if it is not there."""
        return clean(self.raw(name)).strip()

    def raw(self, name: str) -> str:
        """The same as it stands, for ids, which must match to the letter."""
        children = self.all(name)
        if any(map(len, children)):
            raise WireError(f"{self._path}/{name}: expected text, found elements")
        found = {(child.text or "").strip() for child in children} - {""}
        if len(found) > 1:
            raise WireError(
                f"{self._path}/{name}: expected one value, found {len(found)} different ones"
            )
        return found.pop() if found else ""


def fit_name(name: str, text: str) -> str:
    """A short text as it is, clean. Raises WireError where it is too long."""
    if len(text) > _LONGEST_NAME:
        raise WireError(f"{name}: expected at most {_LONGEST_NAME} characters, found {len(text)}")
    return clean(text)


class FreeFields:
    """The fields that no parcel needs: what cannot be read is left out, and `doubt` is called."""

    def __init__(self, notice: Fields, doubt: Doubt) -> None:
        self._notice = notice
        self._doubt = doubt

    def text(self, name: str) -> str:
        """The field's text, markup in it included; of several the first that is not empty."""
        texts = [_flatten(child) for child in self._notice.all(name)]
        found = [text for text in texts if text]
        if len(set(found)) > 1:
            self._doubt(f"{name}: expected one value, found {len(found)}; the first is kept")
        return found[0] if found else ""

    def word(self, name: str, otherwise: str) -> str:
        """A short text of the body's, else the query's; cut where it is too long."""
        text = self.text(name) or clean(otherwise).strip()
        if len(text) > _LONGEST_NAME:
            self._doubt(f"{name}: expected at most {_LONGEST_NAME} characters, found {len(text)}")
        return text[:_LONGEST_NAME]

    def read(self, name: str, parse: Callable[[str], Parsed]) -> Parsed | None:
        """What `parse` reads in the field; None where it is empty or unreadable."""
        text = self.text(name)
        if not text:
            return None
        try:
            return parse(text)
        except WireError as error:
            self._doubt(str(error))
            return None


def _flatten(element: Element) -> str:
    """All text in an element, without its markup."""
    return clean("".join(element.itertext())).strip()
