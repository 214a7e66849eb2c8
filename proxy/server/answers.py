"""What Portside answers: XML pages, short XML errors, and the headers that every answer carries."""

from __future__ import annotations

import math
from collections.abc import Mapping

from aiohttp import web

from proxy.doors.custom_store.errors import encode_error

XML = "application/xml"
REQUEST_ID_HEADER = "X-Request-Id"
# How long a client is asked to wait where nothing else is known; ShipStation itself comes back
# after minutes to an hour.
RETRY_AFTER = 60


def xml_page(body: bytes, packed: bytes | None) -> web.Response:
    """A page of orders, `packed` in gzip if the client takes it so."""
    answer = web.Response(
        body=body if packed is None else packed,
        content_type=XML,
        charset="utf-8",
        headers={"Vary": "Accept-Encoding"},
    )
    if packed is not None:
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def xml_error(status: int, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """One readable sentence that ShipStation shows to the merchant."""
    return web.Response(
        status=status,
        body=encode_error(message),
        content_type=XML,
        charset="utf-8",
        headers=headers,
    )


def retry_headers(seconds: float | None) -> dict[str, str]:
    """When to come again, in whole seconds of at least one."""
    return {"Retry-After": str(max(1, math.ceil(RETRY_AFTER if seconds is None else seconds)))}


def plain_answer(message: str) -> web.Response:
    """A notice was taken; ShipStation looks at the status alone, a person at the sentence."""
    return web.Response(text=message + "\n")
