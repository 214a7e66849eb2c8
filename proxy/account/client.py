"""ShipStation's API, asked within the budget of its key.

Every request, repeats included, is counted in the database before it is sent, so that replicas and
commands that share a key share its minute. Facts of the wire: docs.shipstation.com, API v1,
"Requirements".
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar

import msgspec
import structlog

from connectors.errors import (
    AuthenticationError,
    ConnectorError,
    ThrottledError,
    TooLargeError,
    UnavailableError,
)
from connectors.turns import run_aside
from connectors.upstream.auth.auth import BasicAuth
from connectors.upstream.client import Upstream
from connectors.upstream.policy import UpstreamPolicy
from connectors.upstream.request import Pairs
from connectors.upstream.response import Reply
from proxy.settings.account import AccountSettings
from proxy.storage.account.request_budget import RequestBudget
from proxy.storage.database import Database

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]
# Repeats are made here, where each is counted, and none of them by the upstream. A breaker that
# opens after as many failures as one call may have would hide the answer of the next one. How many
# are asked is the budget's business: here it is one at a time, as fast as ShipStation answers.
_POLICY = UpstreamPolicy(
    rate=1000,
    burst=1,
    timeout=60,
    attempts=1,
    concurrency=1,
    patience=0,
    trip_after=50,
    follow_redirects=False,
)
_ATTEMPTS = 4
_FIRST_PAUSE = 1.0
# ShipStation counts by the minute.
_USUAL_HOLD = 60.0
_LONGEST_NUMBER = 6
_log = structlog.get_logger("portside.account")


class AccountClient:
    """Make one with `AccountClient.open`. What it raises is a `ConnectorError` whose sentence
    speaks of ShipStation, or a StorageError.
    """

    def __init__(
        self, upstream: Upstream, budget: RequestBudget, per_minute: int, sleep: Sleep
    ) -> None:
        self._upstream = upstream
        self._budget = budget
        self._per_minute = per_minute
        self._sleep = sleep

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: AccountSettings, database: Database, *, sleep: Sleep = asyncio.sleep
    ) -> AsyncIterator[Self]:
        """Connections to the API, closed on leaving; no request is made yet. `sleep` waits for the
        budget, in seconds.
        """
        key = settings.api_key.get_secret_value()
        auth = BasicAuth(key, settings.api_secret.get_secret_value())
        budget = RequestBudget(database, name_key(settings.url, key))
        async with Upstream.open(
            settings.url, auth=auth, policy=_POLICY, review=_review
        ) as upstream:
            yield cls(upstream, budget, settings.per_minute, sleep)

    async def fetch(self, kind: type[T], path: str, params: Pairs = ()) -> T:
        """The answer to a read as a `kind` known to msgspec. The read waits for the budget, and is
        repeated after a failure of ShipStation or of the network.
        """
        try:
            reply = await self._ask(
                path, lambda: self._upstream.get(path, params), is_harmless=True
            )
            return await run_aside(len(reply.content), reply.decode, kind)
        except ConnectorError as error:
            raise _name_shipstation(error) from error.__cause__

    async def change(
        self, kind: type[T], method: str, path: str, body: Any = None, *, is_harmless: bool = False
    ) -> T:
        """The answer to a change in the account, as for `fetch`; an empty one is read as null.

        `body` is plain values, or bytes that are JSON. Where the change may have been made although
        no answer came, it is repeated only if that `is_harmless`.
        """
        given: Any = {"json": body}
        if isinstance(body, bytes):
            given = {"content": body, "content_type": "application/json"}

        async def write() -> Reply:
            reply = await self._upstream.write(method, path, **given)
            return reply if reply.content else msgspec.structs.replace(reply, content=b"null")

        try:
            return (await self._ask(path, write, is_harmless=is_harmless)).decode(kind)
        except ConnectorError as error:
            raise _name_shipstation(error) from error.__cause__

    async def _ask(
        self, path: str, send: Callable[[], Awaitable[Reply]], *, is_harmless: bool
    ) -> Reply:
        pause = _FIRST_PAUSE
        for attempt in range(1, _ATTEMPTS + 1):
            await self._wait_for_turn(path)
            try:
                reply = await send()
            except ThrottledError as error:
                await self._budget.hold(error.retry_after or _USUAL_HOLD)
                if attempt == _ATTEMPTS:
                    raise
            except TooLargeError:
                raise
            except UnavailableError as error:
                if attempt == _ATTEMPTS or (error.reached and not is_harmless):
                    raise
                await self._sleep(pause)
                pause *= 4
            else:
                if _read_number(reply, "X-Rate-Limit-Remaining") == 0:
                    await self._budget.hold(_read_reset(reply))
                return reply
        raise AssertionError("the last attempt returns or raises")

    async def _wait_for_turn(self, path: str) -> None:
        while (wait := await self._budget.take(self._per_minute)) > 0:
            _log.debug("Waiting for the budget of the key.", path=path, seconds=round(wait, 1))
            await self._sleep(wait)


def name_key(url: str, key: str) -> str:
    """By what the budget of a key is known: the same for the same key at the same address, and
    telling nothing about it.
    """
    return hashlib.sha256(f"{url}\0{key}".encode()).hexdigest()[:32]


def _review(reply: Reply, error: ConnectorError) -> ConnectorError:
    """What an answer outside 2xx means for ShipStation."""
    if isinstance(error, AuthenticationError):
        advice = (
            "Compare `account.api_key` and `account.api_secret` with ShipStation's Settings →"
            " Account → API Settings."
        )
        changed = AuthenticationError(f"{error} {advice}", status=error.status, code=error.code)
        return changed.quoting(error.words)
    if isinstance(error, ThrottledError):
        wait = error.retry_after if error.retry_after is not None else _read_reset(reply)
        return ThrottledError(str(error), retry_after=wait).quoting(error.words)
    return error


def _name_shipstation(error: ConnectorError) -> ConnectorError:
    """The same error, whose sentence speaks of ShipStation where it spoke of the shop; the words
    that it quotes stay.
    """
    ours, words, rest = str(error), "", ""
    if error.words:
        ours, words, rest = ours.partition(error.words)
    error.args = (f"{_rename_shop(ours)}{words}{_rename_shop(rest)}",)
    return error


def _rename_shop(text: str) -> str:
    return text.replace("the shop", "ShipStation").replace("The shop", "ShipStation")


def _read_reset(reply: Reply) -> float:
    """Seconds until requests are counted from nothing again; a minute where the answer says
    nothing.
    """
    seconds = _read_number(reply, "X-Rate-Limit-Reset")
    return _USUAL_HOLD if seconds is None else float(seconds)


def _read_number(reply: Reply, header: str) -> int | None:
    text = reply.headers.get(header, "")
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_NUMBER else None
