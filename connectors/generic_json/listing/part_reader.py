"""What belongs to single orders, asked for by address or by request: side by side, remembered for a
while, and judged: whose fault is a part that fails.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from cachetools import TLRUCache

from connectors.errors import (
    AuthenticationError,
    ConnectorError,
    PartError,
    UnreadableResponseError,
)
from connectors.generic_json.api.caller import Caller
from connectors.generic_json.settings.items import ExpandSettings
from connectors.generic_json.settings.request import RequestSettings
from connectors.language.expressions import Expression
from connectors.language.functions import EvaluationError
from connectors.language.functions.table import as_text
from connectors.upstream.isolation import Isolation, is_shops_own
from connectors.upstream.response import Reply

T = TypeVar("T")
_MOST_PAGES = 50


class _Kept(msgspec.Struct, frozen=True):
    """An answer, and how many seconds it may be used."""

    value: Any
    seconds: float


def _find_expiry(_make_key: Hashable, kept: _Kept, now: float) -> float:
    return now + kept.seconds


class PartReader:
    """Asks one shop; `slots` is how many requests run at the same time, `remembered` how many
    answers are kept.

    `probe` asks the shop for something that it answers whenever it works.
    """

    def __init__(
        self,
        caller: Caller,
        isolation: Isolation,
        probe: Callable[[], Awaitable[object]],
        *,
        slots: int,
        remembered: int,
    ) -> None:
        self._patient = caller.for_parts(once=False)
        self._once = caller.for_parts(once=True)
        self._isolation = isolation
        self._probe = probe
        self._slots = asyncio.Semaphore(slots)
        self._known: TLRUCache[Hashable, _Kept] = TLRUCache(
            maxsize=max(remembered, 1), ttu=_find_expiry, timer=time.monotonic
        )

    async def fetch(
        self,
        kind: str,
        ask: Callable[[Caller], Awaitable[T]],
        *,
        together: bool = False,
        optional: bool = False,
    ) -> T:
        """What `ask` gets. Parts asked for `together` are asked for without repeats, and so is an
        `optional` one, which is never worth an outage.

        Raises `PartError`, which names the kind, where the part costs one order alone.
        """
        caller = self._once if together or optional else self._patient

        async def ask_in_turn() -> T:
            async with self._slots:
                return await ask(caller)

        try:
            if optional:
                return await ask_in_turn()
            return await self._isolation.fetch(kind, ask_in_turn, probe=self._probe)
        except PartError as error:
            raise PartError(f"{kind}: {error}") from error.__cause__
        except ConnectorError as error:
            is_only_this = isinstance(error, AuthenticationError) or not is_shops_own(error)
            if optional and is_only_this:
                raise PartError(f"{kind}: {error}") from error
            raise

    async def probe(self) -> None:
        """Ask for what a working shop answers. Raises what it answers if it does not."""
        await self._probe()

    def recall(self, key: Hashable) -> _Kept | None:
        """What is remembered under a key."""
        kept: _Kept | None = self._known.get(key)
        return kept

    def remember(self, key: Hashable, value: Any, span: timedelta) -> None:
        """Keep an answer for `span`."""
        if span:
            self._known[key] = _Kept(value, span.total_seconds())


async def follow_address(caller: Caller, settings: ExpandSettings, address: str) -> Any:
    """What is taken of the answer at an address."""
    return await _collect_pages(caller, settings, await caller.follow(address))


async def request_records(
    caller: Caller, settings: ExpandSettings, request: RequestSettings, values: Mapping[str, Any]
) -> Any:
    """What is taken of the answer to a request."""
    return await _collect_pages(caller, settings, await caller.read(request, values))


async def _collect_pages(caller: Caller, settings: ExpandSettings, reply: Reply) -> Any:
    """What is taken of an answer, and of the pages behind it."""
    body = caller.read_body(reply)
    found = evaluate(settings.take, body)
    seen = set[str]()
    while settings.next is not None and isinstance(found, list):
        address = evaluate_text(settings.next, body)
        if not address or address in seen:
            break
        seen.add(address)
        if len(seen) > _MOST_PAGES:
            raise UnreadableResponseError(
                f"{reply.where}: this list goes on for more than {_MOST_PAGES} pages; its paging"
                " seems to run in circles."
            )
        body = caller.read_body(await caller.follow(address))
        more = evaluate(settings.take, body)
        found = [*found, *(more if isinstance(more, list) else [])]
    return found


def evaluate(expression: Expression, value: Any) -> Any:
    """What an expression finds in an answer. Raises `UnreadableResponseError`."""
    try:
        return expression(value)
    except EvaluationError as error:
        raise UnreadableResponseError(f"{expression.source!r}: {error}.") from None


def evaluate_text(expression: Expression, value: Any) -> str:
    """The text that an expression finds; empty for null."""
    return read_word(expression, evaluate(expression, value))


def read_word(expression: Expression, found: Any) -> str:
    """What an expression has found, as text; empty for null."""
    try:
        return as_text(found) or ""
    except EvaluationError as error:
        raise UnreadableResponseError(f"{expression.source!r}: {error}.") from None
