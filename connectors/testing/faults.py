"""What can go wrong with an answer, played by a fake shop: queued, one per request, for all
requests or those of a kind.
"""

from __future__ import annotations

import asyncio
import re
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Protocol

from aiohttp import web
from multidict import CIMultiDict

from connectors.testing.requests import SeenRequest

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
When = Callable[[SeenRequest], bool]

BOM = b"\xef\xbb\xbf"
PHP_NOTICE = (
    b"<br />\n<b>Notice</b>:  Undefined index: total in <b>/srv/wp-content/plugins/x/x.php</b> on"
    b" line <b>12</b><br />\n"
)
BOT_WALL = (
    b"<!DOCTYPE html><html><head><title>Robot Challenge Screen</title><meta http-equiv='refresh'"
    b" content='0'></head><body></body></html>"
)


class Fault(Protocol):
    """Answers in place of the shop, or spoils the shop's own answer, which it gets from
    `handler`.
    """

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The response, or a broken connection."""
        ...


class Answer:
    """Another answer in place of the shop's; the request has no effect."""

    def __init__(
        self,
        status: int,
        body: bytes | str = b'{"message":"no"}',
        *,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> None:
        self._status = status
        self._body = body.encode() if isinstance(body, str) else body
        self._headers = CIMultiDict({"Content-Type": content_type, **(headers or {})})

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:  # noqa: ARG002 - a fault's signature
        """Give the other answer."""
        return web.Response(status=self._status, body=self._body, headers=self._headers)


class Wall(Answer):
    """A bot wall's web page with a status of success: 202 on SiteGround, 200 elsewhere."""

    def __init__(self, status: int = 202) -> None:
        super().__init__(
            status,
            BOT_WALL,
            content_type="text/html",
            headers={"SG-Captcha": "challenge"} if status == 202 else None,
        )


class Hang:
    """No answer until `release` is called or the client goes away; then the shop's own answer.

    `reached` is set once the request is here.
    """

    def __init__(self) -> None:
        self._free = asyncio.Event()
        self.reached = asyncio.Event()

    def release(self) -> None:
        """Let the request go on."""
        self._free.set()

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Wait for the release."""
        self.reached.set()
        await self._free.wait()
        return await handler(request)


class Reset:
    """The connection is reset before an answer; the request has no effect."""

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:  # noqa: ARG002 - a fault's signature
        """Reset at once."""
        return _break_off(request)


class DropAnswer:
    """The shop does what was asked, then the connection is reset before the answer is out: the case
    that makes shipments go twice.
    """

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Do it, then reset."""
        await handler(request)
        return _break_off(request)


class Mute:
    """The shop does what was asked and answers 200 with other bytes, which say nothing of it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Do it, and do not say so."""
        await handler(request)
        return web.Response(body=self._body, content_type="application/json")


class Truncate:
    """The shop's own answer, cut off in the middle.

    `framed` pretends that the shorter body is whole.
    """

    def __init__(self, *, framed: bool = False) -> None:
        self._framed = framed

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer up to the middle."""
        whole = await handler(request)
        body = _body_of(whole)
        part = body[: max(len(body) // 2, 1)]
        headers = _without_length(whole)
        if self._framed:
            return web.Response(status=whole.status, body=part, headers=headers)
        cut = web.StreamResponse(status=whole.status, headers=headers)
        cut.content_length = len(body) + 1
        await cut.prepare(request)
        await cut.write(part)
        _break_off(request)
        return cut


class Before:
    """The shop's own answer with other bytes in front: a byte order mark, a PHP notice."""

    def __init__(self, prefix: bytes, *, content_type: str | None = None) -> None:
        self._prefix = prefix
        self._content_type = content_type

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer with the prefix."""
        whole = await handler(request)
        headers = _without_length(whole)
        if self._content_type is not None:
            headers["Content-Type"] = self._content_type
        return web.Response(
            status=whole.status, body=self._prefix + _body_of(whole), headers=headers
        )


class Misdated:
    """The shop's own answer, dated by a clock that is `offset` seconds ahead; behind, where that is
    negative.
    """

    def __init__(self, offset: float) -> None:
        self._offset = offset

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer with the other date."""
        answer = await handler(request)
        answer.headers["Date"] = formatdate(time.time() + self._offset, usegmt=True)
        return answer


class Spare:
    """No fault: the request is answered as ever.

    Queued in front of others, it lets them meet a later request.
    """

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer as ever."""
        return await handler(request)


def any_request(seen: SeenRequest) -> bool:  # noqa: ARG001 - a condition's signature
    """Every request."""
    return True


class Faults:
    """The queue.

    A request takes the first fault that is meant for it and uses it up, unless the fault is to
    stay.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[Fault, When, bool]] = []

    def add(
        self,
        *faults: Fault,
        method: str | None = None,
        path: str = "",
        when: When = any_request,
        times: int | None = 1,
    ) -> None:
        """Queue each fault `times` (None: for good).

        It is meant for requests of `method`, whose path with query matches the regular expression
        `path`, and which `when` picks out.
        """
        pattern = re.compile(path)

        def is_meant(seen: SeenRequest) -> bool:
            return (
                method in {None, seen.method}
                and pattern.search(seen.raw_path) is not None
                and when(seen)
            )

        for fault in faults:
            self._waiting.extend([(fault, is_meant, times is None)] * (times or 1))

    def take(self, seen: SeenRequest) -> Fault | None:
        """The fault that this request meets, if any."""
        for place, (fault, is_meant, stays) in enumerate(self._waiting):
            if is_meant(seen):
                if not stays:
                    del self._waiting[place]
                return fault
        return None

    def clear(self) -> None:
        """From now on all is well."""
        self._waiting.clear()

    def __len__(self) -> int:
        return len(self._waiting)


def _break_off(request: web.Request) -> web.StreamResponse:
    """Reset the connection, as a crashed server's kernel does."""
    transport = request.transport
    if transport is not None:
        wire = transport.get_extra_info("socket")
        if wire is not None:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


def _body_of(response: web.StreamResponse) -> bytes:
    body = response.body if isinstance(response, web.Response) else b""
    return bytes(body) if isinstance(body, (bytes, bytearray)) else b""


def _without_length(response: web.StreamResponse) -> CIMultiDict[str]:
    headers = CIMultiDict(response.headers)
    headers.popall("Content-Length", None)
    return headers
