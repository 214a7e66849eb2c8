"""What a custom store answered, and the orders in it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from lxml import etree

# No entities, no network, no depth tricks: an answer comes from a stranger.
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, strip_cdata=False
)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP answer as it came.

    Header names are lower case; `seconds` is how long it took to the last byte.
    """

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""
    seconds: float = 0.0

    @property
    def is_success(self) -> bool:
        """Whether the status is a 2xx."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_redirect(self) -> bool:
        """Whether the status is a 3xx."""
        return HTTPStatus.MULTIPLE_CHOICES <= self.status < HTTPStatus.BAD_REQUEST

    @property
    def is_refusal(self) -> bool:
        """Whether the status is a 4xx: the request is at fault."""
        return HTTPStatus.BAD_REQUEST <= self.status < HTTPStatus.INTERNAL_SERVER_ERROR

    @property
    def excerpt(self) -> str:
        """The beginning of the body on one line, as ShipStation would show it to the merchant."""
        return " ".join(self.body[:300].decode("utf-8", "replace").split())[:160]


class ReceivedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One `<Order>` as it came: what names it, the few fields a comparison needs, and its whole
    XML.
    """

    id: str
    number: str
    status: str
    last_modified: str
    xml: bytes

    @property
    def key(self) -> str:
        """What the order is known by: its OrderID, else its OrderNumber."""
        return self.id or self.number


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page read: `pages` is what its attribute says, 0 or absent meaning 1."""

    pages: int
    orders: tuple[ReceivedOrder, ...]


class UnreadablePageError(Exception):
    """An answer that is not a page of orders; `str(error)` says what it was instead."""


def parse_document(answer: Answer) -> etree._Element:
    """The root element of an answer's body.

    Raises UnreadablePageError for anything but well-formed XML.
    """
    if not answer.body.strip():
        raise UnreadablePageError("an empty body")
    try:
        return etree.fromstring(answer.body, _PARSER)
    except etree.XMLSyntaxError as error:
        raise UnreadablePageError(f"no well-formed XML ({error.msg}): {answer.excerpt}") from error


def parse_page(answer: Answer) -> Page:
    """The page in a 200 answer.

    Raises UnreadablePageError for another status, for no XML, and for another root.
    """
    if answer.status != HTTPStatus.OK:
        raise UnreadablePageError(f"status {answer.status}: {answer.excerpt}")
    root = parse_document(answer)
    if root.tag != "Orders":
        raise UnreadablePageError(f"the root element {root.tag!r}, not Orders")
    stated = root.get("pages", "1").strip()
    if not stated.isdecimal():
        raise UnreadablePageError(f"pages={stated!r}, not a number")
    return Page(
        pages=max(1, int(stated)),
        orders=tuple(_read_order(element) for element in root.iterfind("Order")),
    )


def _read_order(element: etree._Element) -> ReceivedOrder:
    def text(name: str) -> str:
        return (element.findtext(name) or "").strip()

    return ReceivedOrder(
        id=text("OrderID"),
        number=text("OrderNumber"),
        status=text("OrderStatus"),
        last_modified=text("LastModified"),
        xml=etree.tostring(element, encoding="utf-8", with_tail=False),
    )
