"""Compressed bodies. Those of requests are unpacked to their end and never beyond a bound: aiohttp
would unpack them on its own, but takes a gzip stream that was cut short for a whole one. Those of
answers are packed for clients that ask for it.
"""

from __future__ import annotations

import asyncio
import gzip
import zlib
from http import HTTPStatus

from aiohttp import web

from proxy.doors.custom_store.errors import WireError

_GZIP, _ZLIB, _RAW = 31, 15, -15
# The low half of the first byte of a zlib stream; some clients send `deflate` without its head.
_METHOD = 8
# Streams of one body: each costs a copy of what is behind it.
_MOST_STREAMS = 16
# In bytes: less fits into one packet as it is.
_WORTH_IT = 1400
# In bytes: packing more takes longer than others should wait.
_LONG = 64 * 1024
# A page becomes a ninth of its size at the quickest level, and a twelfth at twice the work.
_LEVEL = 1
# No client names so many codings.
_LONGEST_HEADER = 1000


def accepts_gzip(accepted: str) -> bool:
    """Whether an `Accept-Encoding` names gzip, and not with a weight of zero (RFC 9110, 12.5.3)."""
    for coding in accepted[:_LONGEST_HEADER].lower().split(","):
        name, _, weight = coding.partition(";")
        if name.strip() in {"gzip", "x-gzip"}:
            return weight.replace(" ", "").rstrip("0.") != "q="
    return False


async def pack_body(body: bytes, accepted: str) -> bytes | None:
    """The body in gzip, for a client with this `Accept-Encoding`; None if it goes out as it is."""
    if len(body) < _WORTH_IT or not accepts_gzip(accepted):
        return None
    if len(body) > _LONG:
        return await asyncio.to_thread(gzip.compress, body, _LEVEL, mtime=0)
    return gzip.compress(body, _LEVEL, mtime=0)


def unpack_body(body: bytes, encoding: str, most: int) -> bytes:
    """The body behind its `Content-Encoding`, `most` bytes of it at most.

    Raises WireError where it is cut short, damaged or packed in a way that is not known (415), and
    `HTTPRequestEntityTooLarge` where it is longer.
    """
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            bits = _GZIP
        case "deflate":
            bits = _ZLIB if body[:1] and body[0] & 0xF == _METHOD else _RAW
        case _:
            raise WireError(
                "body: expected no Content-Encoding but gzip or deflate",
                status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            )
    found = bytearray()
    rest = body
    for _ in range(_MOST_STREAMS):
        if not rest:
            return bytes(found)
        stream = zlib.decompressobj(bits)
        try:
            found += stream.decompress(rest, most + 1 - len(found))
        except zlib.error:
            raise WireError(
                "body: expected what its Content-Encoding says, found no such"
            ) from None
        if len(found) > most:
            raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=len(found))
        if not stream.eof:
            raise WireError("body: expected a whole compressed message, found it cut short")
        # A file of gzip may hold several streams, and zeros behind the last.
        rest = stream.unused_data.lstrip(b"\0")
    if rest:
        raise WireError(f"body: expected at most {_MOST_STREAMS} gzip streams, found more")
    return bytes(found)
