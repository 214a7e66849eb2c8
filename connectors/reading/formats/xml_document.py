"""XML as plain values.

An element is an object: its attributes as `@name`, its text as `#text`, its children by their
names, as a list where one occurs twice. An element with text alone is that text. The document is an
object with one member, named as its root element. Prefixes and namespaces are dropped, and so are
the attributes of XML Schema's instance namespace (https://www.w3.org/TR/xmlschema-1/#Instance_Document_Constructions),
of which `xsi:nil="true"` makes null. A document type is refused. What lies around the document, and
characters and references that XML does not know, are mended as in JSON. A broken element of a list
that settings name costs itself alone, see `connectors.reading.rows`.
"""

from __future__ import annotations

from typing import Any, Final
from xml.sax import SAXParseException

import msgspec
from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from connectors.reading.formats.answer_format import MOST_PARTS, Decoded, FormatError
from connectors.reading.formats.json_values import LARGE
from connectors.reading.formats.xml_builder import PLACE, ValueBuilder
from connectors.reading.formats.xml_mending import cut_rows, mend_text
from connectors.reading.rows import MARK
from connectors.reading.tolerant import BOM

_PAGE: Final = "html"
_LONGEST_TAG: Final = 4 * LARGE
# A row by itself costs so many times what an element costs.
_COST_OF_A_ROW: Final = 20
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
            return self._read(content.removeprefix(BOM).lstrip())
        except _MalformedError as error:
            if error.is_cut or (mended := mend_text(content)) is None:
                raise
        try:
            return self._read(mended, ("text that is not XML",))
        except _MalformedError as error:
            if not error.is_cut:
                for name in self.lists:
                    if (decoded := self._read_rows(mended, name.rpartition(".")[2])) is not None:
                        return decoded
            raise

    def _read_rows(self, content: bytes, name: str) -> Decoded | None:
        """The document with what is known of those rows of this name that are broken; None if its
        fault lies elsewhere.
        """
        spans = cut_rows(content, name) or []
        if len(spans) > self.most_parts // _COST_OF_A_ROW:
            return None
        pieces, end, broken = list[bytes](), 0, dict[str, dict[str, Any]]()
        for number, (begin, close) in enumerate(spans, 1):
            row = content[begin:close]
            builder = ValueBuilder(self.lists, self.most_parts)
            try:
                _parse(row, builder)
            except _MalformedError as error:
                mark = f"row {number} is broken: {error}"
                broken[str(number)] = {**builder.begun, MARK: mark}
                row = f"<{name}><{PLACE}>{number}</{PLACE}></{name}>".encode()
            pieces += (content[end:begin], row)
            end = close
        if not broken or (len(spans) > 1 and len(broken) == len(spans)):
            return None
        builder = ValueBuilder(self.lists, self.most_parts, broken)
        try:
            _parse(b"".join((*pieces, content[end:])), builder)
        except _MalformedError:
            return None
        return Decoded(
            values=builder.values,
            faults=(f"{len(broken)} of {len(spans)} rows are broken",),
            marks=frozenset(row[MARK] for row in broken.values()),
        )

    def _read(self, content: bytes, faults: tuple[str, ...] = ()) -> Decoded:
        builder = ValueBuilder(self.lists, self.most_parts)
        if _parse(content, builder):
            faults = (*faults, "text around it")
        if _PAGE in builder.values:
            raise FormatError("a web page")
        return Decoded(values=builder.values, faults=faults)


class _MalformedError(FormatError):
    """The bytes are no XML; they may be once they are mended."""


def _parse(content: bytes, builder: ValueBuilder) -> bool:
    """Build the values of a document; whether other text stands behind it."""
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(builder)
    try:
        for start in range(0, max(len(content), 1), LARGE):
            # A tag or comment is read from its beginning with each slice until it ends.
            if start - _LONGEST_TAG > builder.seen_at:
                raise FormatError(f"a tag or comment of more than {_LONGEST_TAG} bytes")
            builder.place = start
            parser.feed(content[start : start + LARGE])
        parser.close()
    except DefusedXmlException:
        raise FormatError("a document type, which is not accepted") from None
    except SAXParseException as error:
        said = error.getMessage()
        if builder.root is not None and said == _JUNK_BEHIND:
            if _holds_another(content, builder.root, error):
                raise _MalformedError("several documents in one answer") from None
            return True
        is_cut = said in _CUT and content[:1] == b"<"
        raise _MalformedError(f"{said} (line {error.getLineNumber()})", is_cut=is_cut) from None
    except (ValueError, LookupError) as error:
        # An encoding that Python does not know, or that has several bytes a character.
        if isinstance(error, FormatError):
            raise
        raise _MalformedError("an encoding that is not understood") from None
    return False


def _holds_another(content: bytes, root: str, error: SAXParseException) -> bool:
    """Whether another document of the same kind stands behind the first one."""
    lines = content.split(b"\n", (error.getLineNumber() or 1) - 1)
    behind = lines[-1][error.getColumnNumber() or 0 :]
    return b"<?xml" in behind or b"<" + root.encode() in behind
