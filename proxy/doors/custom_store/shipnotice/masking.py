"""A shipment notice as it may be kept where it could not be read: its form, and the values that
tell which parcel it was. Everything else, which may be about the buyer, is shown by its length.

Made for text that is no XML any more: a value is shown only directly behind the start tag of an
element that is known to be harmless.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import parse_qsl

from connectors.quoting import tell_length
from proxy.doors.custom_store.parameters import Pairs
from proxy.doors.custom_store.shipnotice.document import is_form

MOST_KEPT = 16 * 1024
"""Bytes of a body that are looked at, and characters that are given back."""

_LONGEST_VALUE = 60
_MOST_PARAMETERS = 50
_CUT = "…"
_PARAMETERS = frozenset(
    {"action", "order_number", "order_id", "carrier", "service", "tracking_number"}
)
_ELEMENTS = frozenset(
    {"orderid", "ordernumber", "carrier", "service", "trackingnumber", "shipdate"}
    | {"labelcreatedate", "shippingcost", "notifycustomer", "lineitemid", "sku", "quantity"}
)
_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<[/?!]?[A-Za-z_][^<>]*>?|[^<]+|<", re.DOTALL
)
_TAG = re.compile(r"<(/?)((?:[\w.-]{1,60}:)?([\w.-]{1,60}))(\s[^<>]*?)?(/?)>")
_DECLARATION = re.compile(
    r"""<\?xml(?:\s+(?:version|encoding|standalone)=["'][\w.-]{1,20}["'])*\s*\?>"""
)
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_NAME = re.compile(r"[\w.-]{1,60}")


def mask_query(query: Pairs) -> str:
    """A notice's query, with the values that name the parcel alone."""
    return _mask_pairs(query.items())


def mask_body(body: bytes) -> str:
    """A notice's body, whatever it is: XML with the values that name the parcel, a form likewise,
    and nothing but the length of anything else.
    """
    text = _decode(body[:MOST_KEPT]).replace("\0", "\ufffd")
    start = text.lstrip("\ufeff \t\r\n")
    if is_form(start.encode()):
        masked = _mask_pairs(parse_qsl(start, keep_blank_values=True))
    elif start.startswith("<"):
        masked = "".join(_mask_tokens(text))
    else:
        masked = tell_length(start) if start else ""
    short = len(body) > MOST_KEPT or len(masked) > MOST_KEPT
    return masked[: MOST_KEPT - 1] + _CUT if short else masked


def _decode(body: bytes) -> str:
    is_utf_16 = body.startswith((b"\xff\xfe", b"\xfe\xff"))
    return body.decode("utf-16" if is_utf_16 else "utf-8", errors="replace")


def _mask_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    shown = (
        f"{name if _NAME.fullmatch(name) else _CUT}="
        + (value if name.lower() in _PARAMETERS and _is_short(value) else _CUT)
        for name, value in islice(pairs, _MOST_PARAMETERS)
    )
    return "&".join(shown)


def _mask_tokens(text: str) -> Iterator[str]:
    """The text piece by piece; `is_shown` while a harmless element's start tag was just read."""
    is_shown = False
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token.startswith(_CDATA):
            inner = token.removeprefix(_CDATA).removesuffix(_CDATA_END)
            yield _CDATA + _mask_value(inner, is_shown=is_shown) + _CDATA_END
        elif not token.startswith("<"):
            yield _mask_value(token, is_shown=is_shown)
        elif tag := _TAG.fullmatch(token):
            closing, name, local, attributes, empty = tag.groups(default="")
            is_shown = not (closing or empty) and local.lower() in _ELEMENTS
            yield f"<{closing}{name}{' ' + _CUT if attributes.strip() else ''}{empty}>"
        else:
            is_shown = False
            yield token if _DECLARATION.fullmatch(token) else f"<{tell_length(token[1:])}>"


def _mask_value(text: str, *, is_shown: bool) -> str:
    return text if not text.strip() or (is_shown and _is_short(text)) else tell_length(text)


def _is_short(text: str) -> bool:
    return len(text) <= _LONGEST_VALUE
