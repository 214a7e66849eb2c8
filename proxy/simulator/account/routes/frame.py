"""What every call of the API goes through: the login, the limit of a minute, and errors as JSON.

Sources: docs.shipstation.com, API v1, "Requirements" (Basic login, 40 requests a minute,
`X-Rate-Limit-*`, 429) and its error answers; the older shape of an error is that of its examples.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from proxy.doors.custom_store.credentials import (
    Credentials,
    credentials_match,
    parse_credentials,
)
from proxy.simulator.account.account import Account
from proxy.simulator.account.books import NoSuchRowError
from proxy.simulator.account.office import WrongStatusError
from proxy.simulator.account.rows import encode_answer
from proxy.simulator.account.stores import InvalidStoreError
from proxy.simulator.account.traits import Shape

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Body = TypeVar("Body")
_MINUTE = timedelta(minutes=1)


class SeenCall(msgspec.Struct, frozen=True, kw_only=True):
    """One request to the API, with what it was answered."""

    at: datetime
    method: str
    path: str
    status: int


class ApiError(Exception):
    """An error answer, with its status and its message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Minute:
    """Counts the requests of a key: in minutes that begin with their first request, or, `rolling`,
    within the last sixty seconds. Refused requests are not counted.
    """

    def __init__(self, limit: int, *, rolling: bool) -> None:
        self.limit = limit
        self._rolling = rolling
        self._moments: deque[datetime] = deque()

    def admit(self, now: datetime) -> bool:
        """Count a request; False if it is over the limit."""
        self._forget(now)
        if len(self._moments) >= self.limit:
            return False
        self._moments.append(now)
        return True

    def describe(self, now: datetime) -> dict[str, str]:
        """The three headers: limit, how many are left, and the seconds until there are more."""
        self._forget(now)
        first = self._moments[0] if self._moments else now
        reset = (first + _MINUTE - now).total_seconds()
        return {
            "X-Rate-Limit-Limit": str(self.limit),
            "X-Rate-Limit-Remaining": str(self.limit - len(self._moments)),
            "X-Rate-Limit-Reset": str(max(ceil(reset), 0)),
        }

    def _forget(self, now: datetime) -> None:
        moments = self._moments
        if not self._rolling and moments and now - moments[0] >= _MINUTE:
            moments.clear()
        while moments and now - moments[0] >= _MINUTE:
            moments.popleft()


class Frame:
    """The middleware around every route. `calls` is all that was asked, in order.

    Each function in `on_call` is called before a request is answered, with its path: the place to
    let rows arrive while a list is paged.
    """

    def __init__(self, account: Account, login: Credentials) -> None:
        self._account = account
        self._login = login
        self._minute = Minute(account.traits.limit, rolling=account.traits.rolling_limit)
        self.calls: list[SeenCall] = []
        self.on_call: list[Callable[[str], None]] = []

    def spend(self, count: int) -> None:
        """Count requests that others make with the same key."""
        for _ in range(count):
            self._minute.admit(self._account.clock())

    @web.middleware
    async def meet(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer one request."""
        now = self._account.clock()
        try:
            answer = await self._answer(request, handler)
        except ApiError as error:
            answer = self._refuse(error.status, str(error))
        except NoSuchRowError as error:
            answer = self._refuse(404, str(error))
        except (WrongStatusError, InvalidStoreError, msgspec.MsgspecError, ValueError) as error:
            answer = self._refuse(400, str(error))
        except web.HTTPException as error:
            answer = self._refuse(error.status, error.reason)
        if answer.status != web.HTTPTooManyRequests.status_code or (
            self._account.traits.limits_on_refusal
        ):
            answer.headers.update(self._minute.describe(now))
        self._account.report(f"{request.method} {request.path_qs}: {answer.status}")
        self.calls.append(
            SeenCall(at=now, method=request.method, path=request.path_qs, status=answer.status)
        )
        return answer

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not self._is_admitted(request):
            raise ApiError(401, "Invalid API credentials")
        if not self._minute.admit(self._account.clock()):
            raise ApiError(429, "Too Many Requests")
        faults, number = self._account.faults, len(self.calls)
        if self._account.chance.is_met(faults.broken, "call", number):
            raise ApiError(500, "An error has occurred.")
        for listener in self.on_call:
            listener(request.path)
        return await handler(request)

    def _is_admitted(self, request: web.Request) -> bool:
        """Only by header: what a custom store takes from a query counts for nothing here."""
        return credentials_match(parse_credentials(request.headers, {}), [self._login])

    def _refuse(self, status: int, message: str) -> web.Response:
        if self._account.traits.errors is Shape.NEW:
            return answer_json({"message": message}, status=status)
        older = {"Message": "An error has occurred.", "ExceptionMessage": message}
        return answer_json(older, status=status)


def count_most_within(span: timedelta, moments: Sequence[datetime]) -> int:
    """The largest number of moments, given in order, that lie less than `span` apart."""
    most, first = 0, 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= span:
            first += 1
        most = max(most, last - first + 1)
    return most


def answer_json(value: object, *, status: int = 200) -> web.Response:
    """An answer of the API."""
    return web.Response(
        status=status,
        body=encode_answer(value),
        content_type="application/json",
        charset="utf-8",
    )


def answer_success(message: str) -> web.Response:
    """The answer to an action that returns no row."""
    return answer_json({"success": True, "message": message})


async def read_body(request: web.Request, kind: type[Body]) -> Body:
    """The JSON body as `kind`. Raises msgspec.MsgspecError."""
    return msgspec.json.decode(await request.read(), type=kind)


def read_id(request: web.Request) -> int:
    """The number at the end of the path, whose pattern lets nothing else through."""
    return int(request.match_info["id"])


def find_row(rows: dict[Any, Body], number: int, attribute: str) -> Body:
    """The row whose attribute is this number. Raises NoSuchRowError."""
    for row in rows.values():
        if getattr(row, attribute) == number:
            return row
    raise NoSuchRowError(f"expected a row of this account, found {number}")
