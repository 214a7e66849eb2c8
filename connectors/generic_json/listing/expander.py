"""What belongs to an order and stands elsewhere: fetched side by side, remembered for a while, put
into the order.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from cachetools import TLRUCache

from connectors.errors import AuthenticationError, PermanentError, UnreadableResponseError
from connectors.generic_json.api.caller import Caller, fill
from connectors.generic_json.settings.items import DetailSettings, ExpandSettings, ListSettings
from connectors.language.expressions import Expression
from connectors.language.functions import EvaluationError
from connectors.language.functions.table import as_text, is_empty, kind_of
from connectors.language.logic import is_false

_MOST_PAGES = 50


class _Kept(msgspec.Struct, frozen=True):
    """An answer, and how many seconds it may be used."""

    value: Any
    seconds: float


def _until(_key: Hashable, kept: _Kept, now: float) -> float:
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
            maxsize=max(remembered, 1), ttu=_until, timer=time.monotonic
        )

    @property
    def idle(self) -> bool:
        """Whether the list brings orders whole already."""
        return self._settings.detail is None and not self._settings.expand

    async def whole(self, orders: Sequence[Any], *, detailed: bool = False) -> list[Any]:
        """The orders, made whole, in the same order; `detailed` ones have been fetched one by one
        already.

        An order for which the shop refuses something comes as an `Unfinished`. Raises
        `TemporaryError`s, and `AuthenticationError`.
        """
        if self.idle:
            return list(orders)
        shared = [
            await self._batch(name, each, orders)
            for name, each in self._settings.expand.items()
            if each.ids is not None
        ]
        gathered = [
            asyncio.ensure_future(self._order(order, shared, detailed=detailed)) for order in orders
        ]
        try:
            return list(await asyncio.gather(*gathered))
        finally:
            for task in gathered:
                task.cancel()

    async def _order(
        self,
        order: Any,
        shared: Sequence[tuple[str, ExpandSettings, dict[str, Any]]],
        *,
        detailed: bool,
    ) -> Any:
        try:
            detail = self._settings.detail
            whole = order if detail is None or detailed else await self._detail(detail, order)
            if not isinstance(whole, dict):
                raise UnreadableResponseError(f"expected an order, found {kind_of(whole)}")
            for name, settings, records in shared:
                wanted = _ids(settings, order)
                whole = {**whole, name: {each: records[each] for each in wanted if each in records}}
            for name, settings in self._settings.expand.items():
                if settings.ids is None:
                    whole = await self._parts(name, settings, whole)
        except (PermanentError, EvaluationError) as error:
            if isinstance(error, AuthenticationError):
                raise
            return Unfinished(order=order, reason=str(error))
        return whole

    async def _detail(self, detail: DetailSettings, order: Any) -> Any:
        async def fetch() -> Any:
            reply = await self._caller.read(detail.request, {"order": order})
            return _found(detail.item, self._caller.body(reply))

        key = ("detail", *_key(fill(detail.request, {"order": order})))
        return await self._remembered(key, detail.cache, fetch)

    async def _parts(
        self, name: str, settings: ExpandSettings, order: dict[str, Any]
    ) -> dict[str, Any]:
        """The order with what belongs to it, or to each of its parts."""
        if settings.each is None:
            return {**order, name: await self._part(settings, order, order)}
        parts = settings.each(order)
        if not isinstance(parts, list):
            return order
        made = {
            id(part): {**part, name: await self._part(settings, order, part)}
            for part in parts
            if isinstance(part, dict)
        }
        whole: dict[str, Any] = _replaced(order, made)
        return whole

    async def _part(self, settings: ExpandSettings, order: Any, part: Any) -> Any:
        if settings.when is not None and is_false(settings.when(part, order)):
            return None
        if settings.follow is not None:
            address = as_text(settings.follow(part, order))
            if is_empty(address):
                return None
            return await self._remembered(
                ("follow", address), settings.cache, lambda: self._followed(settings, str(address))
            )
        request = settings.request
        if request is None:
            return None
        values = {"order": order, "item": part}
        return await self._remembered(
            _key(fill(request, values)), settings.cache, lambda: self._requested(settings, values)
        )

    async def _followed(self, settings: ExpandSettings, address: str) -> Any:
        return await self._all(settings, self._caller.body(await self._caller.follow(address)))

    async def _requested(self, settings: ExpandSettings, values: dict[str, Any]) -> Any:
        if settings.request is None:
            return None
        return await self._all(
            settings, self._caller.body(await self._caller.read(settings.request, values))
        )

    async def _all(self, settings: ExpandSettings, body: Any) -> Any:
        """What is taken of an answer, and of the pages behind it."""
        found = _found(settings.take, body)
        seen = set[str]()
        while settings.next is not None and isinstance(found, list):
            address = as_text(_found(settings.next, body))
            if not address or address in seen or len(seen) >= _MOST_PAGES:
                break
            seen.add(address)
            body = self._caller.body(await self._caller.follow(address))
            more = _found(settings.take, body)
            found = [*found, *(more if isinstance(more, list) else [])]
        return found

    async def _batch(
        self, name: str, settings: ExpandSettings, orders: Sequence[Any]
    ) -> tuple[str, ExpandSettings, dict[str, Any]]:
        """The records of all these orders by id, asked for together, as few at a time as the shop
        allows.
        """
        wanted = dict.fromkeys(each for order in orders for each in _ids(settings, order))
        records = {
            each: kept.value
            for each in wanted
            if (kept := self._known.get((name, each))) is not None
        }
        missing = [each for each in wanted if each not in records]
        for start in range(0, len(missing), settings.batch):
            part = missing[start : start + settings.batch]
            found = await self._requested(settings, {"ids": part})
            if not isinstance(found, list):
                raise UnreadableResponseError(
                    f"expand {name}: expected a list of records, found {kind_of(found)}."
                )
            for record in found:
                each = as_text(_found(settings.key, record)) or ""
                records[each] = record
                self._known[name, each] = _Kept(record, settings.cache.total_seconds())
        return name, settings, records

    async def _remembered(
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


def _ids(settings: ExpandSettings, order: Any) -> list[str]:
    found = _found(settings.ids, order) if settings.ids is not None else None
    return (
        list(dict.fromkeys(text for each in found if (text := as_text(each))))
        if isinstance(found, list)
        else []
    )


def _found(expression: Expression, value: Any) -> Any:
    try:
        return expression(value)
    except EvaluationError as error:
        raise UnreadableResponseError(f"{expression.source!r}: {error}.") from None


def _key(call: Any) -> tuple[Hashable, ...]:
    return call.method, call.path, call.params, repr(call.json)


def _replaced(value: Any, made: dict[int, Any]) -> Any:
    """A value in which the objects at hand stand in place of those they were made from."""
    if id(value) in made:
        return made[id(value)]
    if isinstance(value, dict):
        return {name: _replaced(each, made) for name, each in value.items()}
    return [_replaced(each, made) for each in value] if isinstance(value, list) else value
