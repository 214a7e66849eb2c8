"""The pages of a list as its settings describe them: from `orders:` to the walks of
`connectors.reading.paging` and `connectors.reading.keyset`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Hashable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.errors import RefusedError, UnavailableError, UnreadableResponseError
from connectors.generic_json.api.answers import wrap_answer
from connectors.generic_json.api.caller import Caller
from connectors.generic_json.api.jsonapi import resolve_document
from connectors.generic_json.listing.entries import select_orders
from connectors.generic_json.listing.window import make_window_back, make_window_values
from connectors.generic_json.mapping.order import find_identity, find_time
from connectors.generic_json.mapping.rules import OrderRules
from connectors.generic_json.settings.items import ListSettings
from connectors.generic_json.settings.paging import (
    CursorPaging,
    KeysetPaging,
    LinkPaging,
    NextUrlPaging,
    NoPaging,
    OffsetPaging,
    PagePaging,
)
from connectors.generic_json.settings.request import RequestSettings
from connectors.interface import Remark, ignore_remark
from connectors.language.expressions import Expression
from connectors.language.functions import EvaluationError
from connectors.language.functions.table import as_number, as_text, describe_kind, is_empty
from connectors.language.logic import is_false
from connectors.orders import Window
from connectors.reading import paging
from connectors.reading.cursor import walk_by_cursor
from connectors.reading.keyset import walk_by_key
from connectors.reading.proof import Evidence, Habits
from connectors.upstream.response import Reply, find_next_link

Raw = Any
_YEARS = timedelta(days=3650)


class Pages:
    """One list of the shop's, e.g. its orders."""

    def __init__(
        self,
        caller: Caller,
        settings: ListSettings,
        rules: OrderRules,
        remark: Callable[[Remark], None] = ignore_remark,
    ) -> None:
        self._caller = caller
        self._settings = settings
        self._rules = rules
        self._remark = remark
        self._habits = Habits()
        self._probed = False

    async def _probe_count(self, request: RequestSettings) -> None:
        """Once: ask for one order of the last years, to see whether the shop's count speaks of the
        whole list or of the page. A count seen to be larger than its page is believed from then on.
        """
        kind = self._settings.paging
        if self._probed or isinstance(kind, NoPaging) or kind.total is None:
            return
        self._probed = True
        first = kind.first if isinstance(kind, PagePaging) else 1
        try:
            page = await self._fetch_page(
                request, make_window_back(_YEARS), number=first, offset=0, size=1
            )
        except (RefusedError, UnreadableResponseError, UnavailableError):
            return
        Evidence(self._habits).add_page(
            [self.find_identity(raw) for raw in page.items], asked=1, total=page.total
        )

    def _warn(self, text: str) -> None:
        self._remark(Remark(about="list of orders", text=text))

    def walk_list(
        self, request: RequestSettings, window: Window | None
    ) -> AsyncGenerator[list[Raw], None]:
        """Every order of the list as it came, page by page, each once.

        Raises `IncompleteListingError` where the shop never shows the list's end.
        """

        async def probe() -> None:
            await self._probe_count(request)

        kind = self._settings.paging
        match kind:
            case PagePaging():
                return paging.walk_by_page(
                    lambda number, size: self._fetch_page(
                        request,
                        window,
                        number=number,
                        offset=(number - kind.first) * size,
                        size=size,
                    ),
                    identity=self.find_identity,
                    size=kind.size,
                    first=kind.first,
                    smallest=kind.smallest,
                    short_is_last=kind.short_is_last,
                    budget=kind.most,
                    habits=self._habits,
                    warn=self._warn,
                    probe=probe,
                )
            case OffsetPaging():
                return paging.walk_by_offset(
                    lambda offset, size: self._fetch_page(
                        request, window, number=offset // size + 1, offset=offset, size=size
                    ),
                    identity=self.find_identity,
                    size=kind.size,
                    smallest=kind.smallest,
                    short_is_last=kind.short_is_last,
                    budget=kind.most,
                    habits=self._habits,
                    warn=self._warn,
                    probe=probe,
                )
            case KeysetPaging():
                return self._walk_by_key(kind, request, window, probe)
            case NoPaging():
                return self._walk_single(request, window)
            case _:
                return walk_by_cursor(
                    lambda cursor, size: self._fetch_next(request, window, cursor, size),
                    identity=self.find_identity,
                    size=kind.size,
                    smallest=kind.smallest,
                    budget=kind.most,
                    habits=self._habits,
                    warn=self._warn,
                )

    async def count_orders(self, request: RequestSettings, window: Window) -> int | None:
        """How many orders the shop says there are; None if it does not say."""
        kind = self._settings.paging
        if isinstance(kind, NoPaging) or kind.total is None:
            return None
        first = kind.first if isinstance(kind, PagePaging) else 1
        return (
            await self._fetch_page(request, window, number=first, offset=0, size=kind.smallest)
        ).total

    def find_identity(self, raw: Raw) -> Hashable:
        """What tells two orders apart."""
        return find_identity(raw, self._rules)

    def _walk_by_key(
        self,
        kind: KeysetPaging,
        request: RequestSettings,
        window: Window | None,
        probe: paging.Probe,
    ) -> AsyncGenerator[list[Raw], None]:
        start = window.start if window is not None else datetime(1970, 1, 1, tzinfo=UTC)

        async def fetch(key: datetime, skip: int, size: int) -> paging.Page[Raw]:
            reach = Window(
                start=key,
                end=max(
                    window.end if window is not None else datetime.now(UTC) + timedelta(days=1), key
                ),
            )
            return await self._fetch_page(
                request, reach, number=skip // size + 1, offset=skip, size=size
            )

        return walk_by_key(
            fetch,
            start=start,
            key=lambda raw: find_time(raw, self._rules.modified_at),
            identity=self.find_identity,
            size=kind.size,
            smallest=kind.smallest,
            budget=kind.most,
            habits=self._habits,
            warn=self._warn,
            probe=probe,
        )

    async def _walk_single(
        self, request: RequestSettings, window: Window | None
    ) -> AsyncGenerator[list[Raw], None]:
        page = await self._fetch_page(request, window, number=1, offset=0, size=1)
        if page.items:
            yield list(page.items)

    async def _fetch_page(
        self,
        request: RequestSettings,
        window: Window | None,
        *,
        number: int,
        offset: int,
        size: int,
    ) -> paging.Page[Raw]:
        values = self._make_values(window, number=number, offset=offset, size=size, cursor=None)
        return self._read_page(await self._caller.read(request, values))

    async def _fetch_next(
        self, request: RequestSettings, window: Window | None, cursor: str | None, size: int
    ) -> paging.Page[Raw]:
        values = self._make_values(window, number=1, offset=0, size=size, cursor=cursor)
        if cursor is not None and not isinstance(self._settings.paging, CursorPaging):
            return self._read_page(await self._caller.follow(cursor, request, values))
        return self._read_page(await self._caller.read(request, values))

    def _make_values(
        self, window: Window | None, *, number: int, offset: int, size: int, cursor: str | None
    ) -> Mapping[str, Any]:
        first = cursor is None and offset == 0
        page = {"number": number, "offset": offset, "size": size, "cursor": cursor, "first": first}
        return {"window": make_window_values(window, self._settings.window), "page": page}

    def _read_page(self, reply: Reply) -> paging.Page[Raw]:
        """The orders of one answer and what it says of the rest."""
        if self._caller.find_meaning(reply) == "empty":
            return paging.Page(items=(), has_next=False)
        body = self._caller.read_body(reply)
        found = resolve_document(body) if self._settings.jsonapi else body
        items = self._evaluate(self._settings.items, found, reply)
        if not isinstance(items, list):
            wanted = self._settings.items.source
            raise UnreadableResponseError(
                f"{reply.where}: expected a list of orders at {wanted!r}, found"
                f" {describe_kind(items)}."
            )
        items = self._keep_orders(items)
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
        )

    def _keep_orders(self, items: list[Any]) -> list[Raw]:
        """The entries that are orders, with a remark on the others."""
        kept, remark = select_orders(items, self._rules)
        if remark is not None:
            self._remark(remark)
        return kept

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
