"""Bytes to the shop and back, once: no repeats, no redirects, no cookies.

What goes wrong on the way becomes `UnavailableError`.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from yarl import URL

from connectors.errors import TooLargeError, UnavailableError
from connectors.upstream.request import Request
from connectors.upstream.response import Reply, unpack

_CHUNK = 65536
# A connection that takes longer will not come about.
_CONNECT_TIMEOUT = 10.0


class _LostConnection(Exception):  # noqa: N818 - never leaves this module
    """Stands for aiohttp's error of a lost connection, at the sight of which aiohttp would send a
    PUT or DELETE a second time by itself.
    """


async def _send_once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    try:
        return await handler(request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _LostConnection(str(error)) from error


@asynccontextmanager
async def open_wire(connections: int) -> AsyncIterator[Wire]:
    """Connections to one shop, closed on leaving."""
    async with (
        _open_session(aiohttp.TCPConnector(limit=connections)) as kept,
        _open_session(aiohttp.TCPConnector(force_close=True)) as fresh,
    ):
        yield Wire(kept, fresh)


def _open_session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    timeout = aiohttp.ClientTimeout(total=None, connect=_CONNECT_TIMEOUT)
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        middlewares=(_send_once,),
        timeout=timeout,
    )


class Wire:
    """Connections: reused ones for reads, a new one for each write. On a reused connection that the
    shop had closed we could not tell whether a write was applied.
    """

    def __init__(self, kept: aiohttp.ClientSession, fresh: aiohttp.ClientSession) -> None:
        self._kept = kept
        self._fresh = fresh

    async def transfer(self, request: Request, *, timeout: float, limit: int, fresh: bool) -> Reply:  # noqa: ASYNC109 - of one attempt
        """The answer to one request, read to its end within `timeout` seconds and `limit` bytes.

        Raises `UnavailableError`.
        """
        return await _transfer(self._fresh if fresh else self._kept, request, timeout, limit)


async def _transfer(
    session: aiohttp.ClientSession, request: Request, seconds: float, limit: int
) -> Reply:
    try:
        async with (
            asyncio.timeout(seconds),
            session.request(
                request.method,
                URL(request.url, encoded=True),
                headers=request.headers,
                data=request.body or None,
                allow_redirects=False,
            ) as response,
        ):
            content = await _read(response, limit)
            return Reply(
                status=response.status,
                headers=response.headers,
                content=unpack(content, limit),
                url=request.url,
            )
    except (
        aiohttp.ClientConnectorCertificateError,
        aiohttp.ClientConnectorSSLError,
        ssl.SSLError,
    ) as error:
        raise UnavailableError(
            f"no secure connection could be made ({_find_reason(error)}).", reached=False
        ) from error
    except aiohttp.ClientConnectorDNSError as error:
        raise UnavailableError(
            "the shop's host name cannot be found; check the address, or the DNS.", reached=False
        ) from error
    except aiohttp.ClientConnectorError as error:
        raise UnavailableError(
            f"no connection to the shop ({_find_reason(error)}).", reached=False
        ) from error
    except aiohttp.ConnectionTimeoutError as error:
        raise UnavailableError(
            "the shop's server did not accept the connection.", reached=False
        ) from error
    except TimeoutError as error:
        raise UnavailableError(
            f"the shop did not finish answering within {seconds:g} seconds."
        ) from error
    except _LostConnection as error:
        raise UnavailableError("the shop closed the connection before it answered.") from error
    except aiohttp.ClientPayloadError as error:
        raise UnavailableError("the shop's answer was cut short or damaged on the way.") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise UnavailableError(
            f"the shop's answer is not valid HTTP ({type(error).__name__})."
        ) from error


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > limit:
            raise TooLargeError(f"the answer is larger than {limit} bytes.")
    return bytes(content)


def _find_reason(error: BaseException) -> str:
    """The system's words for a failed connection, without addresses of ours."""
    cause = getattr(error, "os_error", None) or error
    if getattr(cause, "reason", None) == "WRONG_VERSION_NUMBER":
        return "no TLS is spoken there: http:// may be meant, or another port"
    number = getattr(cause, "errno", None)
    if number and number > 0 and not isinstance(cause, ssl.SSLError):
        return os.strerror(number).lower()
    words = (
        getattr(cause, "verify_message", None)
        or getattr(cause, "strerror", None)
        or type(cause).__name__
    )
    return str(words)
