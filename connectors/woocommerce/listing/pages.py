"""Pages of orders in sizes that the shop can manage, each row decoded on its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus

import msgspec

from connectors.errors import AuthenticationError, RefusedError, UnavailableError
from connectors.interface import Remark, remark_left_out
from connectors.reading.paging import BUDGET, explain_endless
from connectors.turns import map_in_turns, measure_bytes, run_over
from connectors.upstream.isolation import Isolation
from connectors.upstream.request import Pairs
from connectors.woocommerce.api.advice import add_advice
from connectors.woocommerce.api.client import LARGEST_PAGE, Api, RawPage, order_path
from connectors.woocommerce.listing.batches import Batches, Items
from connectors.woocommerce.listing.habits import ShopHabits
from connectors.woocommerce.listing.page import DistrustError, Page, drop_doubles, reject_row
from connectors.woocommerce.listing.probe import ListProbe
from connectors.woocommerce.listing.queries import Ask, Sort, build_params
from connectors.woocommerce.mapping.decoding import Row, read_row

# A shop that fails or times out on a page of 100 heavy orders may manage fewer.
SIZES = (LARGEST_PAGE, 50, 25, 10)
# After so many failures in a row of single places the shop is asked whether it still answers.
_SPELL = 4
_FIRST = Ask(sort=Sort.ID, brief=True)
# Where rows are sorted whose time is not known.
BEGINNING = datetime.min.replace(tzinfo=UTC)


class OrderPages:
    """Reads pages for one walk.

    The size that the shop can manage is found once and kept; `habits` and `isolation` are shared by
    the walks of one shop. `fields` asks for what of an order is read.
    """

    def __init__(
        self,
        api: Api,
        largest: int,
        habits: ShopHabits,
        isolation: Isolation,
        fields: Pairs,
        *,
        remark: Callable[[Remark], None],
    ) -> None:
        self._remark = remark
        self.habits = habits
        self._fields = fields
        self._api = api
        self._isolation = isolation
        self._all_sizes = (largest, *(size for size in SIZES if size < largest))
        self._sizes = list(self._all_sizes)
        self._probe = ListProbe(api)
        self._left = BUDGET

    async def read_page(self, ask: Ask) -> Page:
        """One page. Smaller sizes are tried while the shop fails, then its pieces; raises the last
        error.

        Raises `DistrustError` where the shop fails only when it has to sort by change, and
        `UnreadableResponseError` where the walk has read as many pages as it may.
        """
        self._left -= 1
        if self._left < 0:
            raise explain_endless(BUDGET)
        if ask.sort is not Sort.ID and self.habits.fails_to_sort:
            raise _build_distrust()
        try:
            return await self._read(ask, self._sizes[0])
        except UnavailableError as error:
            if not error.reached:
                raise
            fault = error
        async with self.habits.searching:
            # A walk beside this one may just have found it out.
            if ask.sort is not Sort.ID and self.habits.fails_to_sort:
                raise _build_distrust()
            return await self._read_less(ask, fault)

    async def _read_less(self, ask: Ask, error: UnavailableError) -> Page:
        """A page in the largest of the smaller sizes that the shop can manage, else its pieces."""
        while len(self._sizes) > 1:
            self._sizes.pop(0)
            try:
                return await self._read(ask, self._sizes[0])
            except UnavailableError as fault:
                if not fault.reached:
                    raise
                error = fault
        return await self._read_pieces(ask, self._sizes[0], error)

    async def read_orders(self, status: str, ids: Sequence[int]) -> Items[Row]:
        """These orders whole, by id; those that are gone by now are left out."""
        params = build_params(Ask(status=status, sort=Sort.ID), self._fields)
        return await Batches(
            self._api,
            self.habits,
            self._isolation,
            "orders",
            params,
            _decode_order,
            neighbor="orders",
        ).read(ids)

    async def learn_counting(self, ask: Ask, page: Page) -> bool:
        """Ask once for the last row of a page that ends where the shop's count does, and for one
        behind it. If only that row comes, with the same count, the shop counts right and more than
        a page holds; a count that always equals its page's length proves nothing. Where that does
        not show it, one row of all orders is asked for. Whether nothing is behind the page.
        """
        habits = self.habits
        async with habits.probing:
            if habits.probed or (habits.counts_all and habits.was_right):
                return False
            if page.listed > 1:
                place = page.offset + page.listed - 1
                try:
                    found = await self._probe.read_end(msgspec.structs.replace(ask, offset=place))
                except UnavailableError:
                    # What breaks it may be an order behind the page.
                    return False
                if found.entries == 1 and found.total == page.total:
                    habits.probed = habits.counts_all = habits.was_right = True
                    return True
                if await run_over(len(page.rows), _is_new, found, page):
                    habits.record_count(found.total, place, found.entries)
            habits.probed = True
            if not habits.miscounts:
                first = await self._read_first()
                habits.counts_all = first.total is not None and first.total > first.listed
            return False

    async def _read_first(self) -> Page:
        try:
            return await self._read(_FIRST, 1)
        except UnavailableError as error:
            return await self._read(await self._probe.find_listed(error), 1)

    async def _read(
        self, ask: Ask, size: int, *, once: bool = False, for_part: bool = False
    ) -> Page:
        try:
            page = await self._api.read_page(
                "orders", size, build_params(ask, self._fields), once=once, for_part=for_part
            )
        except (AuthenticationError, RefusedError) as error:
            # The walks act on 400, with which WooCommerce refuses a parameter; anything else is for
            # a person.
            if error.status == HTTPStatus.BAD_REQUEST:
                raise
            raise add_advice(error) from error
        remark_left_out(self._remark, page.entries, len(page.items))
        read = await map_in_turns(read_row, page.items, measure_bytes)
        rows = await run_over(len(read), drop_doubles, read)
        if not ask.brief and rows and rows[-1].id:
            sound = partial(self._api.get, order_path(str(rows[-1].id)), once=True, for_part=True)
            self._isolation.note_sound("orders", sound)
        return Page(
            rows=rows,
            asked=page.asked,
            listed=len(rows),
            offset=ask.offset,
            total=self.habits.record_count(page.total, ask.offset, len(rows)),
        )

    async def _read_pieces(self, ask: Ask, size: int, error: UnavailableError) -> Page:
        """A page that holds orders that the shop fails to show, e.g. because of a plugin: those are
        rejected, the others are read.

        Raises `error` where the shop answers nothing, and `DistrustError` where it fails only when
        it has to sort by change.
        """
        if not ask.brief:
            try:
                brief = await self._read(msgspec.structs.replace(ask, brief=True), size)
            except UnavailableError as fault:
                if not fault.reached:
                    raise error from fault
            else:
                return await self._complete_page(brief, ask)
        await self._probe.find_listed(error)
        if await self._is_sorting_broken(ask, size):
            raise _build_distrust() from error
        return await self._read_places(ask, size, error)

    async def _complete_page(self, brief: Page, ask: Ask) -> Page:
        """The orders of a page of ids and times."""
        items = await self.read_orders(ask.status, [row.id for row in brief.rows if row.id])
        rows = []
        for row in brief.rows:
            if (whole := items.found.get(row.id)) is not None:
                rows.append(whole)
            elif not row.id:
                rows.append(row)
            elif (reason := items.failed.get(row.id)) is not None:
                rows.append(reject_row(row.id, row.modified, reason))
        rows.sort(key=lambda row: row.modified or BEGINNING)
        return msgspec.structs.replace(brief, rows=rows)

    async def _is_sorting_broken(self, ask: Ask, size: int) -> bool:
        """Whether the shop lists by id what it fails to list by change, as WooCommerce 7.3 did with
        orders in tables of their own. Asked once.
        """
        by_id = msgspec.structs.replace(ask, sort=Sort.ID)
        if ask.sort is Sort.ID or not await self._api.has_answer(
            "orders", (*build_params(by_id, self._fields), ("per_page", str(size)))
        ):
            return False
        self.habits.record_sorting_failure()
        # It was not the sizes that it failed over.
        self._sizes = list(self._all_sizes)
        return True

    async def _read_places(self, ask: Ask, size: int, error: UnavailableError) -> Page:
        """A page of which not even ids can be listed, by its places: halves of it, down to the
        single one.

        Raises `error` where the shop stops answering.
        """
        waiting = deque([(ask.offset, size)])
        rows, total, spell = list[Row](), None, 0
        while waiting:
            begin, count = waiting.popleft()
            try:
                page = await self._read(
                    msgspec.structs.replace(ask, offset=begin),
                    count,
                    once=count > 1,
                    for_part=True,
                )
            except UnavailableError as fault:
                if not fault.reached:
                    raise error from fault
                if count > 1:
                    half = (count + 1) // 2
                    waiting.extendleft([(begin + half, count - half), (begin, half)])
                else:
                    rows += await self._reject_place(ask, begin, fault)
                spell += 1
                if spell % _SPELL == 0:
                    await self._probe.find_listed(error)
                continue
            if {row.id for row in page.rows} & {row.id for row in rows if row.id}:
                await self._probe.check_places(ask.status)
            rows, total, spell = [*rows, *page.rows], page.total, 0
            if page.rows and len(page.rows) < count:
                # The page may be capped.
                waiting.appendleft((begin + len(page.rows), count - len(page.rows)))
        return Page(rows=rows, asked=size, listed=len(rows), offset=ask.offset, total=total)

    async def _reject_place(self, ask: Ask, place: int, fault: UnavailableError) -> Sequence[Row]:
        """The order at a place, by its id if the shop lists that."""
        brief = msgspec.structs.replace(ask, offset=place, brief=True)
        try:
            listed = (await self._read(brief, 1, once=True, for_part=True)).rows
        except UnavailableError:
            listed = ()
        if not listed:
            await self._probe.check_places(ask.status)
            where = f"place {place + 1} of a list"
            return [reject_row(0, None, f"{fault} It stands at {where}.", record=where)]
        return [reject_row(row.id, row.modified, str(fault)) for row in listed[:1]]


def _is_new(found: RawPage, page: Page) -> bool:
    """Whether what was found is not of the page: a shop that ignores places gives it again."""
    return not {read_row(raw).id for raw in found.items} <= {row.id for row in page.rows}


def _decode_order(raw: msgspec.Raw) -> tuple[int, Row] | None:
    row = read_row(raw)
    return (row.id, row) if row.id else None


def _build_distrust() -> DistrustError:
    return DistrustError("The shop fails when it is to sort orders by their last change.")
