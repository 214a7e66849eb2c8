"""What a client sends behind a request's head, waited for no longer than others can spare the
connection.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web
from multidict import MultiDictProxy

from proxy.doors.custom_store.errors import WireError
from proxy.operator.deliveries import WantedError
from proxy.server.packed import unpack_body

# A client that needs longer than this to send a message, or to take a page, holds a connection that
# others may need.
SLOWEST_CLIENT = 60.0

FORM: Final = "application/x-www-form-urlencoded"
"""What browsers call a form without files."""


async def read_body(request: web.Request, what: str) -> bytes:
    """The whole body, unpacked.

    Raises WireError as `receive_body` and `unpack_body` do.
    """
    body = await receive_body(request, what)
    encoding = request.headers.get("Content-Encoding", "")
    return unpack_body(body, encoding, request.client_max_size)


async def receive_body(request: web.Request, what: str) -> bytes:
    """The bytes of the whole body as they came.

    Raises WireError (408), which calls it `what`, where it does not come in time.
    """
    try:
        async with asyncio.timeout(SLOWEST_CLIENT):
            return await request.read()
    except TimeoutError as error:
        raise WireError(
            f"{what} did not arrive within {SLOWEST_CLIENT:.0f} seconds",
            status=HTTPStatus.REQUEST_TIMEOUT,
        ) from error


async def read_form(request: web.Request) -> MultiDictProxy[Any]:
    """The fields of a form of the operator's page.

    Raises WantedError for another kind of body, and for what is not UTF-8.
    """
    if request.content_type != FORM:
        raise WantedError(f"expected a form of Content-Type {FORM}")
    # Some of Python's encodings take quadratic time, or name no text at all.
    if (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise WantedError("expected a form in UTF-8, found another charset")
    try:
        return await request.post()
    except ValueError as error:
        raise WantedError("expected a form in UTF-8, found other bytes") from error
