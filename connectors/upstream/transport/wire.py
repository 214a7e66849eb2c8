"""Bytes to the shop and back, once: no repeats, no redirects, no cookies.

What goes wrong on the way becomes `UnavailableError`.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import aiohttp
from yarl import URL

from connectors.errors import TooLargeError, UnavailableError
from connectors.upstream.policy import NO_PROXY
from connectors.upstream.request import Request
from connectors.upstream.response import Reply, unpack
from connectors.upstream.transport.failures import describe_failure
from connectors.upstream.transport.protocol import BoundedConnector
from connectors.upstream.transport.proxies import Proxy, find_proxy

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
async def open_wire(connections: int, proxy: str = NO_PROXY) -> AsyncIterator[Wire]:
    """Connections to one shop, closed on leaving; `proxy` as in `find_proxy`."""
    async with (
        _open_session(BoundedConnector(limit=connections)) as kept,
        _open_session(BoundedConnector(force_close=True)) as fresh,
    ):
        yield Wire(kept, fresh, proxy)


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

    def __init__(
        self, kept: aiohttp.ClientSession, fresh: aiohttp.ClientSession, proxy: str
    ) -> None:
        self._kept = kept
        self._fresh = fresh
        self._proxy = proxy

    async def transfer(self, request: Request, *, timeout: float, limit: int, fresh: bool) -> Reply:  # noqa: ASYNC109 - of one attempt
        """The answer to one request, read to its end within `timeout` seconds and `limit` bytes.

        Raises `UnavailableError`.
        """
        session = self._fresh if fresh else self._kept
        try:
            proxy = find_proxy(self._proxy, request.url)
        except ValueError as error:
            raise UnavailableError(f"no proxy can be asked: {error}.", reached=False) from error
        return await _transfer(session, request, proxy, timeout, limit)


def _send(
    session: aiohttp.ClientSession, request: Request, proxy: Proxy | None
) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
    headers = dict(request.headers)
    if proxy is not None and request.url.startswith("http:"):
        # What is not a tunnel carries the login beside the request; the proxy takes it out.
        headers.update(proxy.headers)
    return session.request(
        request.method,
        URL(request.url, encoded=True),
        headers=headers,
        data=request.body or None,
        allow_redirects=False,
        proxy=proxy.url if proxy is not None else None,
        proxy_headers=proxy.headers if proxy is not None else None,
    )


async def _transfer(
    session: aiohttp.ClientSession,
    request: Request,
    proxy: Proxy | None,
    seconds: float,
    limit: int,
) -> Reply:
    try:
        async with (
            asyncio.timeout(seconds),
            _send(session, request, proxy) as response,
        ):
            content = await _read(response, limit)
            return Reply(
                status=response.status,
                headers=response.headers,
                content=unpack(content, limit),
                url=request.url,
            )
    except TimeoutError as error:
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            raise describe_failure(error) from error
        raise UnavailableError(
            f"the shop did not finish answering within {seconds:g} seconds."
        ) from error
    except _LostConnection as error:
        raise UnavailableError("the shop closed the connection before it answered.") from error
    except (aiohttp.ClientError, ssl.SSLError, OSError, ValueError) as error:
        raise describe_failure(error) from error


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > limit:
            raise TooLargeError(f"the answer is larger than {limit} bytes.")
    return bytes(content)
