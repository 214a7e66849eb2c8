"""What a shop answered: the body as bytes, decoded on demand and exactly, without a float in
between; and the next page that its headers lead to.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Hashable
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar, cast
from urllib.parse import urljoin

import msgspec
from multidict import CIMultiDict, CIMultiDictProxy

from connectors.errors import TooLargeError, UnavailableError, UnreadableResponseError
from connectors.reading.complaints import UNDECODABLE, read_complaint
from connectors.reading.formats.answer_format import FormatError
from connectors.reading.formats.json_values import decode_slices
from connectors.reading.rows import find_marks
from connectors.reading.tolerant import BOM, find_json_fault
from connectors.upstream.masking import MOST_URL

T = TypeVar("T")
_GZIP = b"\x1f\x8b\x08"
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|script|br|b|p|div|title|h1|center)\b", re.IGNORECASE
)
# RFC 8288.
# Four addresses of the longest kind: the first page, the last, the next and the one before.
_MOST_HEADER = 4 * MOST_URL
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w!#$&+\-.^`|~*]+\s*=\s*(?:\"[^\"]*\"|[^\s;,\"]+))*)")
_PARAM = re.compile(r";\s*([\w!#$&+\-.^`|~*]+)\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))")
# A web page shows itself in its first bytes, behind comments perhaps.
_HEAD = 2048


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One answer.

    `url` is what was asked, without credentials; `headers` look names up in any case; `where` names
    the call in errors. `values` is the body as plain values where it has been decoded already. Of
    an answer in another format than JSON, `fault` says why it could not be, and `row_marks` what is
    wrong with its rows.
    """

    status: int
    headers: CIMultiDictProxy[str] = msgspec.field(
        default_factory=lambda: CIMultiDictProxy(CIMultiDict())
    )
    content: bytes = b""
    url: str = ""
    where: str = "the shop's answer"
    values: Any = msgspec.UNSET
    fault: FormatError | None = None
    row_marks: frozenset[str] | None = None

    def json(self) -> Any:
        """The body as plain values: whole numbers are int, all others `Decimal`.

        Raises `UnreadableResponseError`.
        """
        if self.values is not msgspec.UNSET:
            return self.values
        try:
            return decode_slices(self.content)
        except UNDECODABLE as error:
            raise self._explain_error(error) from error

    def decode(self, kind: type[T]) -> T:
        """The body as a `kind` known to msgspec.

        Raises `UnreadableResponseError` that names the path that failed.
        """
        try:
            decoded: T = _make_decoder(cast("Hashable", kind)).decode(self.content)
        except UNDECODABLE as error:
            raise self._explain_error(error) from error
        return decoded

    @property
    def media_type(self) -> str:
        """The lower-cased media type without parameters, e.g.

        `application/json`; empty if the shop named none.
        """
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def marks(self) -> frozenset[str]:
        """What is wrong with rows that `connectors.reading.rows.MARK` marks."""
        return find_marks(self.content) if self.row_marks is None else self.row_marks

    @property
    def is_html(self) -> bool:
        """Whether this is a web page rather than data."""
        if self.row_marks is not None:
            return False
        head = self.content[:_HEAD].removeprefix(BOM).lstrip()
        return (
            _HTML.search(head) if head.startswith(b"<!--") else _HTML.match(head)
        ) is not None or (
            self.media_type in {"text/html", "application/xhtml+xml"}
            and find_json_fault(self.content) is not None
        )

    def _explain_error(self, error: Exception) -> UnreadableResponseError:
        complaint = read_complaint(error)
        return UnreadableResponseError(
            f"{self.where}: the answer is not what the shop's API promises: at {complaint.place}"
            f" expected {complaint.expected}, found {complaint.found}."
        )


@lru_cache(maxsize=256)
def _make_decoder(kind: Hashable) -> msgspec.json.Decoder[Any]:
    target: Any = kind
    return msgspec.json.Decoder(target, float_hook=Decimal)


def unpack(content: bytes, limit: int) -> bytes:
    """Undo a gzip that the shop did not announce.

    Raises `UnavailableError` if it is cut short, damaged or larger than `limit` bytes.
    """
    if not content.startswith(_GZIP):
        return content
    inflater = zlib.decompressobj(wbits=31)
    try:
        plain = inflater.decompress(content, limit)
    except zlib.error as error:
        raise UnavailableError("The shop's answer is compressed and damaged.") from error
    if inflater.unconsumed_tail:
        raise TooLargeError(f"The shop's answer is larger than {limit} bytes once unpacked.")
    if not inflater.eof:
        raise UnavailableError("The shop's answer is compressed and was cut short.")
    return plain


def find_next_link(reply: Reply) -> str | None:
    """The absolute URL of `rel="next"` in the `Link` headers (RFC 8288); None if there is none.

    Raises `UnreadableResponseError` for one that is not a URL: there are more pages, and nothing
    says where.
    """
    for header in reply.headers.getall("Link", []):
        if len(header) > _MOST_HEADER:
            raise UnreadableResponseError(
                f"{reply.where}: expected a Link header of at most {_MOST_HEADER} characters,"
                f" found {len(header)}."
            )
        for place, params in _LINK.findall(header):
            if any(
                name.lower() == "rel" and "next" in f"{quoted}{bare}".lower().split()
                for name, quoted, bare in _PARAM.findall(params)
            ):
                return _join_url(reply, str(place))
    return None


def _join_url(reply: Reply, place: str) -> str:
    try:
        return urljoin(reply.url, place)
    except ValueError as error:
        raise UnreadableResponseError(
            f"{reply.where}: expected the address of the next page in the Link header, found text"
            " that is not a URL."
        ) from error
