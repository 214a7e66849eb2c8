"""ShipStation's HTTP side: one store's URL, asked and told as ShipStation asks and tells."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Self
from urllib.parse import quote_plus

import aiohttp
from yarl import URL

from proxy.doors.custom_store.credentials import KEY, PASSWORD, USERNAME, Credentials
from proxy.doors.custom_store.requests import TRIAL_HEADER
from proxy.simulator.answers import Answer
from proxy.simulator.poller import NoAnswerError

# The patience of the web client whose error texts ShipStation shows; its own is not documented.
PATIENCE = 100.0
# More than any page of orders needs; a server that sends more is not waited for.
LARGEST_ANSWER = 64 * 1024 * 1024
Query = Sequence[tuple[str, str]]


class Login(StrEnum):
    """Where the user name and password travel.

    ShipStation is seen to send header and query together.
    """

    BOTH = "both"
    HEADER = "header"
    QUERY = "query"
    KEY = "key"
    NONE = "none"


class StoreClient:
    """Asks one custom store.

    A query that the URL already carries is kept in front, as ShipStation keeps it. Redirects are
    not followed.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: URL,
        credentials: Credentials,
        login: Login = Login.BOTH,
        mark: str = "windows",
    ) -> None:
        """`mark` is what kind of trial a Portside takes the requests for; empty: none at all."""
        self._session = session
        self._url = url
        self._credentials = credentials
        self.login = login
        self._mark = mark

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        url: URL,
        credentials: Credentials,
        login: Login = Login.BOTH,
        *,
        patience: float = PATIENCE,
        trial: bool = True,
    ) -> AsyncIterator[Self]:
        """A client with connections of its own; `patience` is the seconds after which an answer is
        given up.

        The requests of a `trial` are marked, so that a Portside does not record that ShipStation
        was given the orders.
        """
        timeout = aiohttp.ClientTimeout(total=patience)
        marks = {"User-Agent": "portside-simulator"}
        async with aiohttp.ClientSession(
            timeout=timeout, headers=marks, cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            yield cls(session, url, credentials, login, "windows" if trial else "")

    @property
    def public_url(self) -> str:
        """The store's URL without its query, which may hold a key."""
        return str(self._url.with_query(None).with_user(None))

    def with_login(self, login: Login, credentials: Credentials | None = None) -> Self:
        """The same store asked with another login."""
        credentials = credentials or self._credentials
        return type(self)(self._session, self._url, credentials, login, self._mark)

    def polling(self) -> Self:
        """The same store asked for windows that follow one another; others stand for themselves."""
        mark = "polls" if self._mark else ""
        return type(self)(self._session, self._url, self._credentials, self.login, mark)

    async def begin(self, query: Query) -> Answer:
        """The first GET of a trial. Raises NoAnswerError."""
        return await self._ask("GET", query, b"", "begin")

    async def fetch(self, query: Query) -> Answer:
        """GET the store's URL. Raises NoAnswerError."""
        return await self._ask("GET", query, b"", self._mark)

    async def tell(self, query: Query, body: bytes) -> Answer:
        """POST a shipment notice. Raises NoAnswerError."""
        return await self._ask("POST", query, body, self._mark)

    async def _ask(self, method: str, query: Query, body: bytes, mark: str) -> Answer:
        headers, url = self._headers(), self._with_query(query)
        if mark:
            headers[TRIAL_HEADER] = mark
        if body:
            headers["Content-Type"] = "application/xml; charset=utf-8"
        began = time.monotonic()
        try:
            async with self._session.request(
                method, url, headers=headers, data=body or None, allow_redirects=False
            ) as response:
                content = await _read_body(response)
                return Answer(
                    status=response.status,
                    headers={name.lower(): value for name, value in response.headers.items()},
                    body=content,
                    seconds=time.monotonic() - began,
                )
        except TimeoutError as error:
            raise NoAnswerError(f"no answer within {time.monotonic() - began:.0f} s") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NoAnswerError(f"no answer: {_describe_error(error)}") from error

    def _headers(self) -> dict[str, str]:
        if self.login not in {Login.BOTH, Login.HEADER}:
            return {}
        pair = f"{self._credentials.username or ''}:{self._credentials.password}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}

    def _with_query(self, query: Query) -> URL:
        login: Query = ()
        if self.login in {Login.BOTH, Login.QUERY}:
            login = (
                (USERNAME, self._credentials.username or ""),
                (PASSWORD, self._credentials.password),
            )
        elif self.login is Login.KEY:
            login = ((KEY, self._credentials.password),)
        pairs = "&".join(f"{_encode(name)}={_encode(value)}" for name, value in (*login, *query))
        kept = self._url.raw_query_string
        return URL(
            f"{self._url.with_query(None)}?{kept}&{pairs}" if kept else f"{self._url}?{pairs}",
            encoded=True,
        )


async def _read_body(response: aiohttp.ClientResponse) -> bytes:
    parts, size = [], 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > LARGEST_ANSWER:
            raise NoAnswerError(f"an answer of more than {LARGEST_ANSWER >> 20} MiB")
        parts.append(part)
    return b"".join(parts)


def _encode(text: str) -> str:
    """URL-encoded as in ShipStation's requests: a blank as plus, codes in small letters
    (`01%2f23%2f2012+17%3a28`).
    """
    encoded = quote_plus(text)
    parts = encoded.split("%")
    return parts[0] + "".join(f"%{part[:2].lower()}{part[2:]}" for part in parts[1:])


def _describe_error(error: BaseException) -> str:
    """The error in one line, without the URL, which may hold a password."""
    if isinstance(error, aiohttp.ClientConnectorError):
        number = error.os_error.errno
        words = (
            os.strerror(number).lower()
            if number and number > 0
            else error.os_error.strerror or error.os_error
        )
        return f"cannot connect to {error.host}:{error.port} ({words})"
    if isinstance(error, aiohttp.InvalidURL):
        return "the URL is not valid"
    words = str(error) if not isinstance(error, aiohttp.ClientResponseError) else error.message
    return words or type(error).__name__


def parse_url(text: str) -> tuple[URL, Credentials | None]:
    """A store's URL without the login it may carry (`https://user:password@host/…`), and that
    login.

    Raises ValueError.
    """
    try:
        url = URL(text)
    except ValueError as error:
        raise ValueError(
            f"expected a URL such as https://host/stores/name, found {text[:80]!r}"
        ) from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError(f"expected a URL such as https://host/stores/name, found {text[:80]!r}")
    login = Credentials(username=url.user, password=url.password or "") if url.user else None
    return url.with_user(None).with_fragment(None), login
