"""XML as plain values.

An element is an object: its attributes as `@name`, its text as `#text`, its children by their
names, as a list where one occurs twice. An element with text alone is that text. The document is an
object with one member, named as its root element. Prefixes and namespaces are dropped, and so are
the attributes of XML Schema's instance namespace (https://www.w3.org/TR/xmlschema-1/#Instance_Document_Constructions),
of which `xsi:nil="true"` makes null. A document type is refused. What lies around the document, and
characters and references that XML does not know, are mended as in JSON.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html.entities import html5
from typing import Any, Final
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

import msgspec
from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from connectors.reading.formats.answer_format import MOST_PARTS, Decoded, FormatError
from connectors.reading.tolerant import BOM

DEEPEST: Final = 200
"""So many elements may stand inside one another."""

_INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"
_PAGE: Final = "html"
_TRUE: Final = frozenset({"true", "1"})
_JUNK_BEHIND: Final = "junk after document element"
# What expat says of a document whose bytes end before it does.
_CUT: Final = frozenset(
    {
        "no element found",
        "unclosed token",
        "partial character",
        "unclosed CDATA section",
    }
)
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_DECLARATION: Final = re.compile(r"<\?xml\b[^>]{0,200}\?>")
_ENCODING: Final = re.compile(rb"<\?xml\b[^>]{0,100}encoding=[\"']([A-Za-z0-9._-]{1,40})[\"']")
_EIGHT_BITS: Final = re.compile(rb"(?:iso-8859-\d{1,2}|windows-125\d|us-ascii)", re.IGNORECASE)
_ODD: Final = re.compile(
    r"<!\[CDATA\[(?:[^\]]|\](?!\]>))*+(?:\]\]>)?"
    r"|&(?:#(?:x[0-9a-fA-F]{1,8}|[0-9]{1,8});|[A-Za-z][A-Za-z0-9]{0,30};)?"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
)
_OWN_ENTITIES: Final = frozenset({"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"})
_UNKNOWN: Final = "\ufffd"
_ESCAPES: Final = {"<": "&lt;", "&": "&amp;"}
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LAST_CHARACTER: Final = 0x10FFFF


class XmlDocument(msgspec.Struct, frozen=True, kw_only=True):
    """XML in which the elements of these names are lists even where one occurs alone.

    A name is that of an element, or `parent.name`: then each such parent has the list, which is
    empty where no such element occurs.
    """

    lists: tuple[str, ...] = ()
    most_parts: int = MOST_PARTS

    @property
    def name(self) -> str:
        """See `AnswerFormat`, as for the others."""
        return "XML"

    @property
    def accepts(self) -> str:
        """Older shops know the second name."""
        return "application/xml, text/xml;q=0.9, */*;q=0.1"

    @property
    def may_be_empty(self) -> bool:
        """Nothing is neither a document nor a header row."""
        return False

    def decode(self, content: bytes) -> Decoded:
        """Raises `FormatError` for what is no XML, has a document type, or is too deep."""
        try:
            return self._read(content.removeprefix(BOM).lstrip(), ())
        except _MalformedError as error:
            if error.is_cut:
                raise
            mended = _mend_text(content)
            if mended is None:
                raise
            return self._read(mended, ("text that is not XML",))

    def _read(self, content: bytes, faults: tuple[str, ...]) -> Decoded:
        builder = _Builder(self.lists, self.most_parts)
        parser = DefusedExpatParser(forbid_dtd=True)
        parser.setContentHandler(builder)
        try:
            parser.feed(content)
            parser.close()
        except DefusedXmlException:
            raise FormatError("a document type, which is not accepted") from None
        except SAXParseException as error:
            said = error.getMessage()
            if builder.root is not None and said == _JUNK_BEHIND:
                if _holds_another(content, builder.root, error):
                    raise _MalformedError("several documents in one answer") from None
                return Decoded(values=builder.values, faults=(*faults, "text around it"))
            is_cut = said in _CUT and content[:1] == b"<"
            raise _MalformedError(f"{said} (line {error.getLineNumber()})", is_cut=is_cut) from None
        except (ValueError, LookupError) as error:
            # An encoding that Python does not know, or that has several bytes a character.
            if isinstance(error, FormatError):
                raise
            raise _MalformedError("an encoding that is not understood") from None
        if _PAGE in builder.values:
            raise FormatError("a web page")
        return Decoded(values=builder.values, faults=faults)


class _MalformedError(FormatError):
    """The bytes are no XML; they may be once they are mended."""


class _Element:
    """An element that is open: what it holds so far."""

    __slots__ = ("is_nil", "members", "name", "texts")

    def __init__(self, name: str) -> None:
        self.name = name
        self.members: dict[str, Any] = {}
        self.texts: list[str] = []
        self.is_nil = False


class _Builder(ContentHandler):
    """Builds the values while the parser reads."""

    def __init__(self, lists: Sequence[str], most_parts: int) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self.root: str | None = None
        self._open = [_Element("")]
        self._names = frozenset(name for name in lists if "." not in name)
        self._within: dict[str, frozenset[str]] = {}
        for name in lists:
            parent, dot, child = name.partition(".")
            if dot:
                self._within[parent] = self._within.get(parent, frozenset()) | {child}
        self._schema_prefixes = {"xsi"}
        self._most = self._left = most_parts

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 -- as SAX calls it
        """An element begins."""
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
        text = "".join(element.texts).strip() if element.texts else ""
        for name in self._within.get(element.name, ()):
            element.members.setdefault(name, [])
        if not element.members:
            return text
        if text:
            element.members["#text"] = text
        return element.members


def _holds_another(content: bytes, root: str, error: SAXParseException) -> bool:
    """Whether another document of the same kind stands behind the first one."""
    lines = content.split(b"\n", (error.getLineNumber() or 1) - 1)
    behind = lines[-1][error.getColumnNumber() or 0 :]
    return b"<?xml" in behind or b"<" + root.encode() in behind


def _mend_text(content: bytes) -> bytes | None:
    """The document without what lies before it, its odd characters and references replaced; None if
    it is in an encoding that cannot be told.
    """
    plain = content.removeprefix(BOM)
    if plain[:2] in _UTF_16:
        return None
    declared = _ENCODING.search(plain[:2048])
    encoding = "utf-8"
    if declared is not None and _EIGHT_BITS.fullmatch(declared[1]):
        encoding = declared[1].decode().lower()
    try:
        text = plain.decode(encoding, "replace")
    except LookupError:
        return None
    begin = text.find("<?xml")
    text = text[begin if begin >= 0 else max(text.find("<"), 0) :]
    declaration = _DECLARATION.match(text)
    if declaration is not None:
        text = text[declaration.end() :].lstrip()
    mended, count = _ODD.subn(_mend_odd, text, MOST_PARTS)
    if count == MOST_PARTS:
        raise FormatError(f"more than {MOST_PARTS} characters that are not XML")
    return mended.encode()


def _mend_odd(found: re.Match[str]) -> str:
    token = found[0]
    if token.startswith("<"):
        return _FORBIDDEN.sub(_UNKNOWN, token)
    if token.startswith("&#"):
        return _mend_number(token)
    if token.startswith("&"):
        return token if token in _OWN_ENTITIES else _mend_name(token[1:])
    return _UNKNOWN


def _mend_number(reference: str) -> str:
    digits = reference[2:-1]
    number = int(digits[1:], 16) if digits.startswith("x") else int(digits)
    is_known = number <= _LAST_CHARACTER and not _FORBIDDEN.match(chr(number))
    return reference if is_known else _UNKNOWN


def _mend_name(name: str) -> str:
    """What stands behind an ampersand, perhaps the name of a character in HTML."""
    character = html5.get(name)
    if character is None:
        return f"&amp;{name}"
    return "".join(_ESCAPES.get(each, each) for each in character)
