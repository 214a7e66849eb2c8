"""What an element of XML is as a value, built while a parser reads; see `xml_document`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.sax.handler import ContentHandler

from connectors.reading.formats.answer_format import FormatError

DEEPEST: Final = 200
"""So many elements may stand inside one another."""

PLACE: Final = "portside-row"
"""The element that stands for a row which is kept elsewhere: its text is the row's number."""

_INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"
_TRUE: Final = frozenset({"true", "1"})


class _Element:
    """An element that is open: what it holds so far."""

    __slots__ = ("is_nil", "members", "name", "texts")

    def __init__(self, name: str) -> None:
        self.name = name
        self.members: dict[str, Any] = {}
        self.texts: list[str] = []
        self.is_nil = False


class ValueBuilder(ContentHandler):
    """Builds the values of a document. `rows` are those that a `PLACE` stands for, by number."""

    def __init__(
        self,
        lists: Sequence[str],
        most_parts: int,
        rows: Mapping[str, dict[str, Any]] | None = None,
    ) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self.root: str | None = None
        # Where the slice of the document begins that is being read, and where something was seen.
        self.place = self.seen_at = 0
        self._rows = rows or {}
        self._open = [_Element("")]
        self._names = frozenset(name for name in lists if "." not in name)
        self._within: dict[str, frozenset[str]] = {}
        for name in lists:
            parent, dot, child = name.partition(".")
            if dot:
                self._within[parent] = self._within.get(parent, frozenset()) | {child}
        self._schema_prefixes = {"xsi"}
        self._most = self._left = most_parts

    @property
    def begun(self) -> dict[str, Any]:
        """What is known of a root element that has not ended: the parts of it that have."""
        return self._open[1].members if len(self._open) > 1 else {}

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 -- as SAX calls it
        """An element begins."""
        self.seen_at = self.place
        self._left -= 1 + len(attrs)
        if self._left < 0:
            raise FormatError(f"more than {self._most} elements", is_too_large=True)
        if len(self._open) > DEEPEST:
            raise FormatError(f"elements nested more than {DEEPEST} deep")
        element = _Element(name.rpartition(":")[2])
        if len(attrs):
            self._read_attributes(element, attrs)
        self._open.append(element)

    def endElement(self, name: str) -> None:  # noqa: N802 -- as SAX calls it
        """An element ends."""
        element = self._open.pop()
        value = self._make_value(element)
        parent = self._open[-1]
        if len(self._open) == 1:
            self.root = name
            self.values = {element.name: value}
            return
        held, called = parent.members, element.name
        if called not in held:
            is_list = called in self._names or called in self._within.get(parent.name, ())
            held[called] = [value] if is_list else value
        elif isinstance(held[called], list):
            held[called].append(value)
        else:
            held[called] = [held[called], value]

    def characters(self, content: str) -> None:
        """A piece of text."""
        self.seen_at = self.place
        self._open[-1].texts.append(content)

    def _read_attributes(self, element: _Element, attrs: Mapping[str, str]) -> None:
        for name, value in attrs.items():
            prefix, colon, local = name.rpartition(":")
            if prefix == "xmlns" or name == "xmlns":
                if value == _INSTANCE:
                    self._schema_prefixes.add(local)
            elif prefix in self._schema_prefixes and colon:
                element.is_nil = element.is_nil or (local == "nil" and value.strip() in _TRUE)
            elif not colon or f"@{local}" not in element.members:
                element.members[f"@{local}"] = value

    def _make_value(self, element: _Element) -> Any:
        if element.is_nil:
            return None
        if self._rows and (row := self._rows.get(str(element.members.get(PLACE)))) is not None:
            return row
        text = "".join(element.texts).strip() if element.texts else ""
        for name in self._within.get(element.name, ()):
            element.members.setdefault(name, [])
        if not element.members:
            return text
        if text:
            element.members["#text"] = text
        return element.members
