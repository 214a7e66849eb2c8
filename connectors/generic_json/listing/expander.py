"""What belongs to an order and stands elsewhere: fetched, and put into the order.

A part that the shop fails over is the fault of the order that asked for it while the shop answers
for others; see `connectors.upstream.isolation`. That order comes as `Unfinished`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec

from connectors.concurrency import run_together
from connectors.errors import (
    AuthenticationError,
    ConnectorError,
    PermanentError,
    TemporaryError,
    UnreadableResponseError,
)
from connectors.generic_json.api.caller import Caller, fill_request
from connectors.generic_json.listing.part_reader import (
    PartReader,
    evaluate,
    evaluate_text,
    follow_address,
    read_word,
    request_records,
)
from connectors.generic_json.listing.records import Records, read_records
from connectors.generic_json.settings.items import DetailSettings, ExpandSettings, ListSettings
from connectors.generic_json.settings.partitions import find_given
from connectors.generic_json.settings.request import RequestSettings
from connectors.interface import Remark
from connectors.language.functions import EvaluationError
from connectors.language.functions.table import as_text, describe_kind, is_empty
from connectors.language.logic import is_false
from connectors.reading.rows import MARK

# How long an optional part that failed is not asked for again, where its answer would be kept.
_REST = timedelta(minutes=1)


class _Batch(msgspec.Struct, frozen=True):
    """The records of one `expand` block for all orders of a page."""

    name: str
    settings: ExpandSettings
    records: Records


class Unfinished(msgspec.Struct, frozen=True, kw_only=True):
    """An order of the list that could not be made whole, and why.

    `cause` is the shop's own error where that may pass.
    """

    order: Any
    reason: str
    cause: TemporaryError | None = None


class Expander:
    """Makes orders whole. One for each open connector: it holds what may be used again."""

    def __init__(
        self, parts: PartReader, settings: ListSettings, remark: Callable[[Remark], None]
    ) -> None:
        self._parts = parts
        self._settings = settings
        self._remark = remark
        self._sound = set[str]()

    @property
    def is_idle(self) -> bool:
        """Whether the list brings orders whole already."""
        return self._settings.detail is None and not self._settings.expand

    async def complete_orders(self, orders: Sequence[Any], *, detailed: bool = False) -> list[Any]:
        """The orders, made whole, in the same order; `detailed` ones have been fetched one by one
        already.

        An order for which the shop refuses something, or fails while it answers for others, comes
        as an `Unfinished`. Raises `TemporaryError`s that are the shop's fault, and
        `AuthenticationError`.
        """
        if self.is_idle:
            return [_mark_unfinished(order) for order in orders]
        shared = [
            await self._fetch_batch(name, each, orders)
            for name, each in self._settings.expand.items()
            if each.ids is not None
        ]
        return list(
            await run_together(
                *(self._complete_order(order, shared, detailed=detailed) for order in orders)
            )
        )

    async def _complete_order(self, order: Any, shared: Sequence[_Batch], *, detailed: bool) -> Any:
        try:
            detail = self._settings.detail
            whole = order if detail is None or detailed else await self._fetch_detail(detail, order)
            if not isinstance(whole, dict):
                raise UnreadableResponseError(f"expected an order, found {describe_kind(whole)}")
            if isinstance(whole := _mark_unfinished(whole), Unfinished):
                return whole
            for batch in shared:
                whole = {**whole, batch.name: _pick_records(batch, order)}
            for name, settings in self._settings.expand.items():
                if settings.ids is None:
                    whole = await self._expand_parts(name, settings, whole)
        except AuthenticationError:
            raise
        except (PermanentError, EvaluationError) as error:
            cause = error.__cause__ if isinstance(error.__cause__, TemporaryError) else None
            return Unfinished(order=order, reason=str(error), cause=cause)
        return whole

    async def _fetch_detail(self, detail: DetailSettings, order: Any) -> Any:
        async def ask(caller: Caller) -> Any:
            reply = await caller.read(detail.request, values)
            return evaluate(detail.item, caller.read_body(reply))

        given = find_given(order, self._settings.partitions)
        values = {"order": order, **given}
        key = ("detail", *_make_key(detail.request, values))
        kept = self._parts.recall(key)
        found = await self._parts.fetch("detail", ask) if kept is None else kept.value
        if kept is None:
            self._parts.remember(key, found, detail.cache)
        return {**found, **given} if isinstance(found, dict) else found

    async def _expand_parts(
        self, name: str, settings: ExpandSettings, order: dict[str, Any]
    ) -> dict[str, Any]:
        """The order with what belongs to it, or to each of its parts."""
        if settings.each is None:
            return {**order, name: await self._expand_part(name, settings, order, order)}
        parts = settings.each(order)
        if not isinstance(parts, list):
            return order
        made = {
            id(part): {**part, name: await self._expand_part(name, settings, order, part)}
            for part in parts
            if isinstance(part, dict)
        }
        whole: dict[str, Any] = _replace_parts(order, made)
        return whole

    async def _expand_part(self, name: str, settings: ExpandSettings, order: Any, part: Any) -> Any:
        if settings.when is not None and is_false(settings.when(part, order)):
            return part.get(name) if isinstance(part, dict) else None
        if settings.request is not None:
            given = find_given(order, self._settings.partitions)
            values = {"order": order, "item": part, **given}
            key = _make_key(settings.request, values)
            request = settings.request
            return await self._fetch_part(
                name,
                settings,
                key,
                lambda caller: request_records(caller, settings, request, values),
            )
        address = as_text(settings.follow(part, order)) if settings.follow is not None else None
        if is_empty(address):
            return None
        return await self._fetch_part(
            name,
            settings,
            ("follow", address),
            lambda caller: follow_address(caller, settings, str(address)),
        )

    async def _fetch_part(
        self, name: str, settings: ExpandSettings, key: Hashable, ask: Any
    ) -> Any:
        if (kept := self._parts.recall(key)) is not None:
            return kept.value

        async def ask_unless_known(caller: Caller) -> Any:
            # Another order of the page may have asked while this one waited for its turn.
            found = self._parts.recall(key)
            return await ask(caller) if found is None else found.value

        try:
            found = await self._parts.fetch(
                f"expand {name}", ask_unless_known, optional=settings.optional
            )
        except PermanentError as error:
            if not settings.optional:
                raise
            self._report_missing(name, error)
            self._parts.remember(key, None, min(settings.cache, _REST))
            return None
        self._parts.remember(key, found, settings.cache)
        return found

    async def _fetch_batch(
        self, name: str, settings: ExpandSettings, orders: Sequence[Any]
    ) -> _Batch:
        """The records of all these orders by id, asked for together, as few at a time as the shop
        allows.
        """
        wanted: dict[str, None] = {}
        for order in orders:
            # What is wrong with one order's ids is said of that order, when it is completed.
            with suppress(UnreadableResponseError):
                wanted.update(dict.fromkeys(_find_ids(settings, order)))
        known = {
            each: kept.value
            for each in wanted
            if (kept := self._parts.recall((name, each))) is not None
        }
        missing = [each for each in wanted if each not in known]
        request = settings.request
        if request is None or not missing:
            return _Batch(name, settings, Records(found=known, failed={}))
        read = await read_records(
            missing,
            settings.batch,
            partial(self._ask_records, name, settings, request),
            probe=self._parts.probe,
            was_sound=settings.optional or name in self._sound,
        )
        if read.found:
            self._sound.add(name)
        for each, record in read.found.items():
            self._parts.remember((name, each), record, settings.cache)
        if settings.optional and read.failed:
            self._report_missing(name, next(iter(read.failed.values())))
        return _Batch(name, settings, Records(found=known | read.found, failed=read.failed))

    async def _ask_records(
        self, name: str, settings: ExpandSettings, request: RequestSettings, ids: Sequence[str]
    ) -> Mapping[str, Any]:
        async def ask(caller: Caller) -> Mapping[str, Any]:
            found = await request_records(caller, settings, request, {"ids": list(ids)})
            if not isinstance(found, list):
                raise UnreadableResponseError(
                    f"expand {name}: expected a list of records, found {describe_kind(found)}."
                )
            return {evaluate_text(settings.key, record): record for record in found}

        return await self._parts.fetch(
            f"expand {name}", ask, together=len(ids) > 1, optional=settings.optional
        )

    def _report_missing(self, name: str, error: ConnectorError) -> None:
        text = f"Orders go out without `expand.{name}`: {error}"
        self._remark(Remark(about=f"expand {name}", text=text, quoted=str(error)))


def _mark_unfinished(order: Any) -> Any:
    """The order; `Unfinished` where it stands for a row that breaks its list."""
    if isinstance(order, dict) and isinstance(mark := order.get(MARK), str):
        return Unfinished(order=order, reason=f"order: {mark}")
    return order


def _pick_records(batch: _Batch, order: Any) -> dict[str, Any]:
    """The records that an order needs, by id. Raises where the shop failed over one of them."""
    wanted = _find_ids(batch.settings, order)
    for each in wanted:
        if each in batch.records.failed and not batch.settings.optional:
            raise batch.records.failed[each]
    return {each: batch.records.found[each] for each in wanted if each in batch.records.found}


def _find_ids(settings: ExpandSettings, order: Any) -> list[str]:
    if settings.ids is None:
        return []
    found = evaluate(settings.ids, order)
    words = [read_word(settings.ids, each) for each in found] if isinstance(found, list) else []
    return list(dict.fromkeys(word for word in words if word))


def _make_key(request: RequestSettings, values: Mapping[str, Any]) -> tuple[Hashable, ...]:
    call = fill_request(request, values)
    return call.method, call.path, call.params, repr(call.json), call.content


def _replace_parts(value: Any, made: dict[int, Any]) -> Any:
    """A value in which the objects at hand stand in place of those they were made from."""
    if id(value) in made:
        return made[id(value)]
    if isinstance(value, dict):
        return {name: _replace_parts(each, made) for name, each in value.items()}
    return [_replace_parts(each, made) for each in value] if isinstance(value, list) else value
