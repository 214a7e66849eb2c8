"""Items of one list by their ids, in batches: what fails a batch is found by halving it, and what a
capped or careless answer leaves out is asked for again.
"""

from __future__ import annotations

import functools
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from typing import Generic, TypeVar

import msgspec

from connectors.concurrency import run_together
from connectors.errors import (
    PartError,
    RefusedError,
    UnavailableError,
    UnreadableResponseError,
)
from connectors.turns import map_in_turns, measure_bytes, run_aside
from connectors.upstream.isolation import Isolation
from connectors.upstream.request import Pairs
from connectors.woocommerce.api.client import CORE, LARGEST_PAGE, Api, RawPage, join_ids
from connectors.woocommerce.listing.habits import ShopHabits

T = TypeVar("T")
# An id that no shop has come to.
_NO_ITEM = 2_000_000_000


class Items(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """The answer for some ids: items by id, and the reason for each that the shop fails over.

    An id that is in neither is not in the list.
    """

    found: dict[int, T] = msgspec.field(default_factory=dict)
    failed: dict[int, str] = msgspec.field(default_factory=dict)


class Batches(Generic[T]):
    """Reads one kind of items.

    `params` go into every request; `decode` gives an item with its id, None for what is none.
    `neighbor` is a list of the same kind that answers with one row whenever the shop works.
    `locate` says where one item stands, by its id; behind the list's own path if not given.
    """

    def __init__(
        self,
        api: Api,
        habits: ShopHabits,
        isolation: Isolation,
        path: str,
        params: Pairs,
        decode: Callable[[msgspec.Raw], tuple[int, T] | None],
        *,
        neighbor: str,
        root: str = CORE,
        locate: Callable[[int], str] | None = None,
    ) -> None:
        self._api = api
        self._habits = habits
        self._isolation = isolation
        self._path = path
        self._params = tuple(params)
        self._decode = decode
        self._neighbor = neighbor
        self._root = root
        self._locate = locate or (lambda one: f"{path}/{one}")

    async def read(self, ids: Iterable[int]) -> Items[T]:
        """These items. Raises where the shop fails over all of them, or refuses to answer."""
        known = Items[T]()
        whole = min(LARGEST_PAGE, self._api.largest_page)
        batches = _split(sorted(ids), whole)
        single = [one for some in batches if len(some) == 1 for one in some]
        left = await run_together(
            *(self._read_batch(some, known) for some in batches if len(some) > 1)
        )
        # Of what fails, or comes in part, one batch at a time: the shop may be at its limit.
        waiting = deque(itertools.chain.from_iterable(left))
        while waiting:
            some, halved = waiting.popleft()
            if len(some) == 1:
                single += some
            else:
                waiting.extend(await self._read_batch(some, known, halved=halved))
        # Single ones come last and together, so that one that is shown speaks for the others.
        await run_together(*(self._read_one(one, known) for one in single))
        if not known.found and known.failed and await self._is_include_ignored():
            # Then each of them failed over the same item, whichever was asked for.
            await self._read_failed(known)
        return known

    async def _read_batch(
        self, some: Sequence[int], known: Items[T], *, halved: bool = False
    ) -> list[tuple[list[int], bool]]:
        """What is to be asked for again after a batch, and whether it is half of a failing one."""
        try:
            page = await self._fetch(some, once=halved)
        except (PartError, UnreadableResponseError):
            return [(half, True) for half in _split(some, (len(some) + 1) // 2)]
        left = await self._take_page(page, some, known)
        return [(left, halved)] if left else []

    async def _is_include_ignored(self) -> bool:
        """Whether the shop gives items, or fails, where it is asked for one that it has not."""
        params = (("include", str(_NO_ITEM)), *self._params)
        try:
            page = await self._api.read_page(
                self._path, 1, params, root=self._root, once=True, for_part=True
            )
        except UnavailableError:
            return True
        return page.entries > 0

    async def _read_failed(self, known: Items[T]) -> None:
        """What failed in the list, each at its own address."""
        failed = dict(known.failed)
        await self._read_alone(sorted(failed), known)
        known.failed.clear()
        known.failed.update(
            (one, reason) for one, reason in failed.items() if one not in known.found
        )

    async def _read_one(self, one: int, known: Items[T]) -> None:
        try:
            page = await self._fetch([one], once=False)
        except (PartError, UnreadableResponseError) as error:
            known.failed[one] = str(error)
        else:
            await self._take_page(page, [one], known)

    async def _take_page(self, page: RawPage, asked: Sequence[int], known: Items[T]) -> list[int]:
        """Keep what a page holds; the ids to ask for again."""
        items = await map_in_turns(self._decode, page.items, measure_bytes)
        left, ignored = self._take(page, items, asked, known)
        if ignored:
            await self._read_alone(left, known)
            return []
        return left

    async def _fetch(self, ids: Sequence[int], *, once: bool) -> RawPage:
        params = (("include", join_ids(ids)), *self._params)

        async def ask() -> RawPage:
            return await self._api.read_page(
                self._path, LARGEST_PAGE, params, root=self._root, once=once, for_part=True
            )

        return await self._isolation.fetch(self._neighbor, ask, probe=self._probe)

    async def _probe(self) -> None:
        """The neighbor with one row, whichever that is. Raises where the shop does not answer."""
        await self._api.read_page(self._neighbor, 1, (("_fields", "id"),), once=True)

    async def _read_alone(self, ids: Sequence[int], known: Items[T]) -> None:
        """Each item at its own address, for a shop that ignores `include`."""
        for one in ids:
            path = self._locate(one)
            try:
                reply = await self._isolation.fetch(
                    self._neighbor,
                    functools.partial(self._api.get, path, self._params, for_part=True),
                    probe=self._probe,
                )
            except RefusedError as error:
                if error.status != HTTPStatus.NOT_FOUND:
                    raise
            except (PartError, UnreadableResponseError) as error:
                known.failed[one] = str(error)
            else:
                raw = msgspec.Raw(reply.content)
                item = await run_aside(measure_bytes(raw), self._decode, raw)
                if item is not None and item[0] == one:
                    known.found[one] = item[1]

    def _take(
        self,
        page: RawPage,
        decoded: Iterable[tuple[int, T] | None],
        asked: Sequence[int],
        known: Items[T],
    ) -> tuple[list[int], bool]:
        """Keep what a page holds, `decoded`. Gives the ids to ask for again, and whether the shop
        ignored which it was asked for.

        A shop that gives some of what was asked for may have capped its page.
        """
        wanted = set(asked)
        items = [item for item in decoded if item is not None]
        fresh = {key: item for key, item in items if key in wanted and key not in known.found}
        known.found.update(fresh)
        left = [one for one in asked if one not in known.found]
        if any(key not in wanted for key, _ in items):
            return left, not fresh
        total = self._habits.record_count(page.total, 0, len(page.items))
        counted = self._habits.counts_all and total == len(page.items)
        return [] if counted or not fresh else left, False


def _split(ids: Sequence[int], size: int) -> list[list[int]]:
    return [list(ids[begin : begin + size]) for begin in range(0, len(ids), size)]
