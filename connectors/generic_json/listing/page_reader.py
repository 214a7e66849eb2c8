"""Ask for one page of a list, and read the answer: its orders, and what it says of the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from connectors.errors import ConnectorError, UnavailableError, UnreadableResponseError
from connectors.generic_json.api.answers import wrap_answer
from connectors.generic_json.api.caller import Caller
from connectors.generic_json.api.jsonapi import resolve_document
from connectors.generic_json.listing.entries import NEXT, lift_marks, select_orders
from connectors.generic_json.listing.exports import Exports
from connectors.generic_json.listing.order_probe import OrderProbe
from connectors.generic_json.listing.slices import Slices, explain_fixed_size
from connectors.generic_json.listing.window import make_window_values
from connectors.generic_json.mapping.rules import OrderRules
from connectors.generic_json.settings.items import ListSettings
from connectors.generic_json.settings.paging import (
    CursorPaging,
    Kinds,
    LinkPaging,
    NextUrlPaging,
    NoPaging,
    PagePaging,
)
from connectors.generic_json.settings.request import RequestSettings
from connectors.interface import Remark, remark_left_out
from connectors.language.expressions import Expression
from connectors.language.functions import EvaluationError
from connectors.language.functions.table import as_number, as_text, describe_kind, is_empty
from connectors.language.logic import is_false
from connectors.orders import Window
from connectors.reading import paging
from connectors.reading.rows import MARK
from connectors.turns import run_aside, run_over
from connectors.upstream.response import Reply, find_next_link

Raw = Any
_SHORT_ROWS = 8


class PageReader:
    """Asks for pages of one list as its settings describe it."""

    def __init__(
        self,
        caller: Caller,
        settings: ListSettings,
        rules: OrderRules,
        remark: Callable[[Remark], None],
        exports: Exports | None = None,
    ) -> None:
        self._exports = exports
        self._caller = caller
        self._settings = settings
        self._rules = rules
        self._remark = remark
        self._probe = OrderProbe(self.fetch_row, caller, settings)
        self._slices = Slices(self._probe_rows)

    async def fetch_page(
        self,
        request: RequestSettings,
        window: Window | None,
        *,
        number: int,
        offset: int,
        size: int,
        caller: Caller | None = None,
    ) -> paging.Page[Raw]:
        """The page of this number, at this position. `caller` asks in another way."""
        self._probe.note_asked(window)
        values = self._make_values(window, number=number, offset=offset, size=size, cursor=None)
        reply = await (caller or self._caller).read(request, values, rows=True)
        if self._exports is not None and self._caller.find_meaning(reply) != "empty":
            reply = await self._exports.fetch(request, reply, values)
        page = self._give_partition(request, await self.read_page(reply))
        if page.items:
            self._probe.note_given(window)
        return page

    async def fetch_next(
        self, request: RequestSettings, window: Window | None, cursor: str | None, size: int
    ) -> paging.Page[Raw]:
        """The page that a cursor or an address leads to; None for the first."""
        values = self._make_values(window, number=1, offset=0, size=size, cursor=cursor)
        if cursor is not None and not isinstance(self._settings.paging, CursorPaging):
            reply = await self._caller.follow(cursor, request, values, rows=True)
        else:
            reply = await self._caller.read(request, values, rows=True)
        return self._give_partition(request, await self.read_page(reply))

    @staticmethod
    def _give_partition(request: RequestSettings, page: paging.Page[Raw]) -> paging.Page[Raw]:
        """The page, whose orders know the partition that they were asked for in."""
        if not request.given:
            return page
        return msgspec.structs.replace(page, items=[request.give(row) for row in page.items])

    def _make_values(
        self, window: Window | None, *, number: int, offset: int, size: int, cursor: str | None
    ) -> Mapping[str, Any]:
        first = cursor is None and offset == 0
        page = {"number": number, "offset": offset, "size": size, "cursor": cursor, "first": first}
        return {"window": make_window_values(window, self._settings.window), "page": page}

    async def probe(self) -> bool:
        """See `OrderProbe.ask`."""
        return await self._probe.ask()

    async def fetch_row(
        self, caller: Caller, request: RequestSettings, window: Window, place: int
    ) -> paging.Page[Raw]:
        """The row at a place, asked for alone."""
        kind = self._settings.paging
        first = kind.first if isinstance(kind, PagePaging) else 1
        return await self.fetch_page(
            request, window, number=first + place, offset=place, size=1, caller=caller
        )

    @staticmethod
    def find_smallest(request: RequestSettings, kind: Kinds) -> int:
        """How far the size is halved: not at all where the request does not say it."""
        if isinstance(kind, NoPaging):
            return 1
        return kind.smallest if request.has_reference("page", "size") else kind.size

    async def fetch_place(
        self, request: RequestSettings, window: Window | None, place: int, size: int
    ) -> paging.Page[Any]:
        """The page that begins at a place; in slices where the shop fails over it however small it
        is, or cannot be understood.
        """
        kind = self._settings.paging
        first = kind.first if isinstance(kind, PagePaging) else 1

        async def fetch(caller: Caller, begin: int, count: int) -> paging.Page[Any]:
            number = first + begin // count
            return await self.fetch_page(
                request, window, number=number, offset=begin, size=count, caller=caller
            )

        try:
            return await fetch(self._caller, place, size)
        except (UnavailableError, UnreadableResponseError) as error:
            if isinstance(error, UnavailableError) and (
                not error.reached or size > self.find_smallest(request, kind)
            ):
                raise
            if not request.has_reference("page", "size"):
                raise explain_fixed_size(error, place, size) from error.__cause__
            if not any(request.has_reference("page", word) for word in ("number", "offset")):
                raise
            once = partial(fetch, self._caller.for_parts(once=True))
            return await self._slices.read(once, place, size, error, window=window)

    async def _probe_rows(self) -> bool:
        try:
            return await self.probe()
        except ConnectorError:
            return False

    async def read_page(self, reply: Reply) -> paging.Page[Raw]:
        """The orders of one answer and what it says of the rest."""
        if self._caller.find_meaning(reply) == "empty":
            return paging.Page(items=(), has_next=False)
        body = self._caller.read_body(reply)
        # Where rows are short, a small answer holds many.
        size = len(reply.content) * _SHORT_ROWS
        found = await run_aside(size, resolve_document, body) if self._settings.jsonapi else body
        items = await run_aside(size, self._evaluate, self._settings.items, found, reply)
        if not isinstance(items, list):
            wanted = self._settings.items.source
            raise UnreadableResponseError(
                f"{reply.where}: expected a list of orders at {wanted!r}, found"
                f" {describe_kind(items)}."
            )
        if reply.row_marks:
            items = await run_over(len(items), lift_marks, items)
        await run_over(len(items), _check_marks, items, reply)
        entries = len(items)
        items = await run_over(entries, select_orders, items, self._rules)
        if entries and not items and reply.row_marks is not None and isinstance(body, list):
            # A list without brackets of its own may be anything.
            raise UnreadableResponseError(
                f"{reply.where}: expected a list of orders at {self._settings.items.source!r},"
                " found nothing but errors."
            )
        remark_left_out(self._remark, entries, len(items))
        kind = self._settings.paging
        if isinstance(kind, NoPaging):
            return paging.Page(items=items, has_next=False)
        pages = kind.pages if isinstance(kind, PagePaging) else None
        return paging.Page(
            items=items,
            total=self._find_number(kind.total, found, reply),
            pages=self._find_number(pages, found, reply),
            has_next=None
            if kind.more is None
            else not is_false(self._evaluate(kind.more, found, reply)),
            next=self._find_cursor(kind, found, reply),
            no_items=entries - len(items),
        )

    def _find_cursor(self, kind: Any, body: Any, reply: Reply) -> str | None:
        if isinstance(kind, LinkPaging):
            return find_next_link(reply)
        if not isinstance(kind, CursorPaging | NextUrlPaging):
            return None
        found = self._evaluate(kind.next, body, reply)
        try:
            return None if is_empty(found) or found is False else as_text(found)
        except EvaluationError as error:
            raise UnreadableResponseError(
                f"{reply.where}: {kind.next.source!r}: {error}."
            ) from None

    def _find_number(self, expression: Expression | None, body: Any, reply: Reply) -> int | None:
        if expression is None:
            return None
        try:
            number = as_number(self._evaluate(expression, body, reply))
        except EvaluationError as error:
            raise UnreadableResponseError(
                f"{reply.where}: {expression.source!r}: {error}."
            ) from None
        if number is None:
            raise UnreadableResponseError(
                f"{reply.where}: expected a count at {expression.source!r}, found nothing."
            )
        return int(number)

    @staticmethod
    def _evaluate(expression: Expression, body: Any, reply: Reply) -> Any:
        try:
            return expression(body, wrap_answer(reply, body))
        except EvaluationError as error:
            raise UnreadableResponseError(
                f"{reply.where}: {expression.source!r}: {error}."
            ) from None


def _check_marks(items: list[Any], reply: Reply) -> None:
    """Raise `UnreadableResponseError` if a row that breaks the answer is not among the orders:
    where it stands instead something would be missing in silence.
    """
    marks = reply.marks
    found = [item[MARK] for item in items if isinstance(item, dict) and MARK in item]
    # An order that several rows make bears the marks of them all.
    told = {mark for text in found if isinstance(text, str) for mark in (text, *text.split(NEXT))}
    lost = marks - told
    if lost:
        raise UnreadableResponseError(
            f"{reply.where}: expected rows that can be read, found a list of which {min(lost)}."
        )
