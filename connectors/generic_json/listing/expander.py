"""What belongs to an order and stands elsewhere: fetched side by side, remembered for a while, put
into the order.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import msgspec
from cachetools import TLRUCache

from connectors.errors import AuthenticationError, PermanentError, UnreadableResponseError
from connectors.generic_json.api.caller import Caller, fill_request
from connectors.generic_json.settings.items import DetailSettings, ExpandSettings, ListSettings
from connectors.language.expressions import Expression
from connectors.language.functions import EvaluationError
from connectors.language.functions.table import as_text, describe_kind, is_empty
from connectors.language.logic import is_false

_MOST_PAGES = 50


class _Kept(msgspec.Struct, frozen=True):
    """An answer, and how many seconds it may be used."""

    value: Any
    seconds: float


def _find_expiry(_make_key: Hashable, kept: _Kept, now: float) -> float:
    return now + kept.seconds


class Expander:
    """Makes orders whole. One for each open connector: it holds what may be used again."""

    def __init__(
        self, caller: Caller, settings: ListSettings, *, concurrency: int, remembered: int
    ) -> None:
        self._caller = caller
        self._settings = settings
        self._slots = asyncio.Semaphore(concurrency)
        self._known: TLRUCache[Hashable, _Kept] = TLRUCache(
            maxsize=max(remembered, 1), ttu=_find_expiry, timer=time.monotonic
        )

    @property
    def is_idle(self) -> bool:
        """Whether the list brings orders whole already."""
        return self._settings.detail is None and not self._settings.expand

    async def complete_orders(self, orders: Sequence[Any], *, detailed: bool = False) -> list[Any]:
        """The orders, made whole, in the same order; `detailed` ones have been fetched one by one
        already.

        An order for which the shop refuses something comes as an `Unfinished`. Raises
        `TemporaryError`s, and `AuthenticationError`.
        """
        if self.is_idle:
            return list(orders)
        shared = [
            await self._fetch_batch(name, each, orders)
            for name, each in self._settings.expand.items()
            if each.ids is not None
        ]
        gathered = [
            asyncio.ensure_future(self._complete_order(order, shared, detailed=detailed))
            for order in orders
        ]
        try:
            return list(await asyncio.gather(*gathered))
        finally:
            for task in gathered:
                task.cancel()

    async def _complete_order(
        self,
        order: Any,
        shared: Sequence[tuple[str, ExpandSettings, dict[str, Any]]],
        *,
        detailed: bool,
    ) -> Any:
        try:
            detail = self._settings.detail
            whole = order if detail is None or detailed else await self._fetch_detail(detail, order)
            if not isinstance(whole, dict):
                raise UnreadableResponseError(f"expected an order, found {describe_kind(whole)}")
            for name, settings, records in shared:
                wanted = _find_ids(settings, order)
                whole = {**whole, name: {each: records[each] for each in wanted if each in records}}
            for name, settings in self._settings.expand.items():
                if settings.ids is None:
                    whole = await self._expand_parts(name, settings, whole)
        except (PermanentError, EvaluationError) as error:
            if isinstance(error, AuthenticationError):
                raise
            return Unfinished(order=order, reason=str(error))
        return whole

    async def _fetch_detail(self, detail: DetailSettings, order: Any) -> Any:
        async def fetch() -> Any:
            reply = await self._caller.read(detail.request, {"order": order})
            return _evaluate(detail.item, self._caller.read_body(reply))

        key = ("detail", *_make_key(fill_request(detail.request, {"order": order})))
        return await self._fetch_once(key, detail.cache, fetch)

    async def _expand_parts(
        self, name: str, settings: ExpandSettings, order: dict[str, Any]
    ) -> dict[str, Any]:
        """The order with what belongs to it, or to each of its parts."""
        if settings.each is None:
            return {**order, name: await self._expand_part(settings, order, order)}
        parts = settings.each(order)
        if not isinstance(parts, list):
            return order
        made = {
            id(part): {**part, name: await self._expand_part(settings, order, part)}
            for part in parts
            if isinstance(part, dict)
        }
        whole: dict[str, Any] = _replace_parts(order, made)
        return whole

    async def _expand_part(self, settings: ExpandSettings, order: Any, part: Any) -> Any:
        if settings.when is not None and is_false(settings.when(part, order)):
            return None
        if settings.follow is not None:
            address = as_text(settings.follow(part, order))
            if is_empty(address):
                return None
            return await self._fetch_once(
                ("follow", address),
                settings.cache,
                lambda: self._follow_address(settings, str(address)),
            )
        request = settings.request
        if request is None:
            return None
        values = {"order": order, "item": part}
        return await self._fetch_once(
            _make_key(fill_request(request, values)),
            settings.cache,
            lambda: self._request_records(settings, values),
        )

    async def _follow_address(self, settings: ExpandSettings, address: str) -> Any:
        return await self._collect_pages(
            settings, self._caller.read_body(await self._caller.follow(address))
        )

    async def _request_records(self, settings: ExpandSettings, values: dict[str, Any]) -> Any:
        if settings.request is None:
            return None
        return await self._collect_pages(
            settings, self._caller.read_body(await self._caller.read(settings.request, values))
        )

    async def _collect_pages(self, settings: ExpandSettings, body: Any) -> Any:
        """What is taken of an answer, and of the pages behind it."""
        found = _evaluate(settings.take, body)
        seen = set[str]()
        while settings.next is not None and isinstance(found, list):
            address = _evaluate_text(settings.next, body)
            if not address or address in seen or len(seen) >= _MOST_PAGES:
                break
            seen.add(address)
            body = self._caller.read_body(await self._caller.follow(address))
            more = _evaluate(settings.take, body)
            found = [*found, *(more if isinstance(more, list) else [])]
        return found

    async def _fetch_batch(
        self, name: str, settings: ExpandSettings, orders: Sequence[Any]
    ) -> tuple[str, ExpandSettings, dict[str, Any]]:
        """The records of all these orders by id, asked for together, as few at a time as the shop
        allows.
        """
        wanted: dict[str, None] = {}
        for order in orders:
            # What is wrong with one order's ids is said of that order, when it is completed.
            with suppress(UnreadableResponseError):
                wanted.update(dict.fromkeys(_find_ids(settings, order)))
        records = {
            each: kept.value
            for each in wanted
            if (kept := self._known.get((name, each))) is not None
        }
        missing = [each for each in wanted if each not in records]
        for start in range(0, len(missing), settings.batch):
            part = missing[start : start + settings.batch]
            found = await self._request_records(settings, {"ids": part})
            if not isinstance(found, list):
                raise UnreadableResponseError(
                    f"expand {name}: expected a list of records, found {describe_kind(found)}."
                )
            for record in found:
                each = _evaluate_text(settings.key, record)
                records[each] = record
                self._known[name, each] = _Kept(record, settings.cache.total_seconds())
        return name, settings, records

    async def _fetch_once(
        self, key: Hashable, span: timedelta, fetch: Callable[[], Awaitable[Any]]
    ) -> Any:
        if (kept := self._known.get(key)) is not None:
            return kept.value
        async with self._slots:
            value = await fetch()
        if span:
            self._known[key] = _Kept(value, span.total_seconds())
        return value


class Unfinished(msgspec.Struct, frozen=True, kw_only=True):
    """An order of the list that could not be made whole, and why."""

    order: Any
    reason: str


def _find_ids(settings: ExpandSettings, order: Any) -> list[str]:
    if settings.ids is None:
        return []
    found = _evaluate(settings.ids, order)
    words = [_read_word(settings.ids, each) for each in found] if isinstance(found, list) else []
    return list(dict.fromkeys(word for word in words if word))


def _evaluate(expression: Expression, value: Any) -> Any:
    try:
        return expression(value)
    except EvaluationError as error:
        raise UnreadableResponseError(f"{expression.source!r}: {error}.") from None


def _evaluate_text(expression: Expression, value: Any) -> str:
    """The text that an expression finds; empty for null."""
    return _read_word(expression, _evaluate(expression, value))


def _read_word(expression: Expression, found: Any) -> str:
    try:
        return as_text(found) or ""
    except EvaluationError as error:
        raise UnreadableResponseError(f"{expression.source!r}: {error}.") from None


def _make_key(call: Any) -> tuple[Hashable, ...]:
    return call.method, call.path, call.params, repr(call.json)


def _replace_parts(value: Any, made: dict[int, Any]) -> Any:
    """A value in which the objects at hand stand in place of those they were made from."""
    if id(value) in made:
        return made[id(value)]
    if isinstance(value, dict):
        return {name: _replace_parts(each, made) for name, each in value.items()}
    return [_replace_parts(each, made) for each in value] if isinstance(value, list) else value
