"""The goods that are known of one shop, over restarts, too: a cache that may be lost at any time.

what was read whole        is known for a day, and kept in the connector's memory
what was failed or gone    is known for some minutes, and not kept
a unit that was changed    makes everything forgotten, because weights and sizes were read by it
"""

from __future__ import annotations

import base64
import binascii
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta

import msgspec
from cachetools import TLRUCache, TTLCache

from connectors.interface import Memory
from connectors.woocommerce.mapping.products import Goods, Units

Pair = tuple[int, int]
# Products are changed without a new date by what writes to the database past WooCommerce.
_LIFETIME = timedelta(days=1)
# In seconds.
BRIEFLY = 300.0
_REWRITTEN_AFTER = 3600.0
_MOST = 20_000
# In bytes: each such amount of a product's own JSON counts as one more product.
_WHOLE = 1024
# By product, so that one that changes rewrites one of them.
_SHELVES = 8
# A memory takes short texts; goods of many products are compressed to a quarter.
_LONGEST = 12_000
_MOST_ON_A_SHELF = 250


class _Known(msgspec.Struct, frozen=True, array_like=True):
    """`read_at` is in seconds since 1970."""

    goods: Goods
    read_at: float


class _Shelf(msgspec.Struct, frozen=True):
    """What is kept under one key. `asked` names what products were asked for; what was changed
    until `looked_at` is taken in.
    """

    asked: str
    units: Units
    looked_at: float
    goods: list[tuple[int, int, _Known]]


_SHELF = msgspec.json.Decoder(_Shelf)


def _measure(known: _Known) -> int:
    return min(1 + len(known.goods.whole) // _WHOLE, _MOST // 2)


class KnownGoods:
    """By (product, variation). `asked` names what of products is asked for: goods that were read
    for other expressions are not recalled.
    """

    def __init__(self, memory: Memory, asked: str, clock: Callable[[], float] = time.time) -> None:
        self._memory = memory
        self._asked = asked
        self._clock = clock
        self._goods: TLRUCache[Pair, _Known] = TLRUCache(
            _MOST, _find_end, timer=clock, getsizeof=_measure
        )
        self._brief: TTLCache[Pair, Goods] = TTLCache(_MOST, BRIEFLY, timer=clock)
        self._units: Units | None = None
        self._changed = set[int]()
        self._written_at = 0.0
        self._is_new = True
        self.looked_at = clock()

    def __bool__(self) -> bool:
        return len(self._goods) > 0

    def find(self, pairs: Collection[Pair]) -> dict[Pair, Goods]:
        """Those of the pairs that are known."""
        found = {pair: known.goods for pair in pairs if (known := self._goods.get(pair))}
        brief = {pair: goods for pair in pairs if (goods := self._brief.get(pair)) is not None}
        return brief | found

    def put(self, goods: Mapping[Pair, Goods]) -> None:
        """What the shop shows of these."""
        now = self._clock()
        for pair, one in goods.items():
            self._goods[pair] = _Known(one, now)
            self._changed.add(_find_shelf(pair))

    def put_briefly(self, goods: Mapping[Pair, Goods]) -> None:
        """What stands in for what the shop does not show."""
        self._brief.update(goods)

    def drop_variations(self, products: Collection[int]) -> None:
        """The variations of these products may have changed with them."""
        for pair in [pair for pair in self._goods if pair[1] and pair[0] in products]:
            self._drop(pair)

    def forget(self) -> None:
        """Everything is to be read again."""
        for pair in list(self._goods):
            self._drop(pair)
        self._brief.clear()

    def measure_in(self, units: Units) -> None:
        """The units that the shop has by now; unknown ones say nothing of what was read before."""
        if units.weight and units.length and units != self._units:
            if self._units is not None:
                self.forget()
            self._units = units

    async def recall(self) -> None:
        """What the process before knew; asked for once."""
        if not self._is_new:
            return
        self._is_new = False
        shelves = [
            shelf
            for place in range(_SHELVES)
            if (shelf := _decode(await self._memory.get(_name_shelf(place)))) is not None
            and shelf.asked == self._asked
            and shelf.goods
        ]
        if not shelves or any(shelf.units != shelves[0].units for shelf in shelves):
            return
        self._units = shelves[0].units
        self.looked_at = min(self._clock(), *(shelf.looked_at for shelf in shelves))
        for shelf in shelves:
            for product, variation, known in shelf.goods:
                self._goods[product, variation] = known

    async def keep(self) -> None:
        """For the next process: what was learned since this was done last."""
        if self._units is None:
            return
        now = self._clock()
        if self and now - self._written_at > _REWRITTEN_AFTER:
            # What is known otherwise would be looked at from an hour ago and more.
            self._changed.update(map(_find_shelf, self._goods))
        if not self._changed:
            return
        on_shelves: dict[int, list[tuple[int, int, _Known]]] = {}
        for pair, known in self._goods.items():
            if (place := _find_shelf(pair)) in self._changed:
                on_shelves.setdefault(place, []).append((*pair, known))
        for place in sorted(self._changed):
            text = self._encode(on_shelves.get(place, ()), self._units, self.looked_at)
            await self._memory.put(_name_shelf(place), text, _LIFETIME)
        self._changed.clear()
        self._written_at = now

    def _encode(
        self, goods: Iterable[tuple[int, int, _Known]], units: Units, looked_at: float
    ) -> str:
        newest = sorted(goods, key=lambda one: one[2].read_at, reverse=True)[:_MOST_ON_A_SHELF]
        while True:
            shelf = _Shelf(self._asked, units, looked_at, newest)
            text = base64.b64encode(zlib.compress(msgspec.json.encode(shelf))).decode()
            if len(text) <= _LONGEST or not newest:
                return text
            newest = newest[: len(newest) // 2]

    def _drop(self, pair: Pair) -> None:
        self._goods.pop(pair, None)
        self._changed.add(_find_shelf(pair))


def _find_end(_pair: Pair, known: _Known, now: float) -> float:
    """A clock that was set back must not make it last."""
    return min(known.read_at, now) + _LIFETIME.total_seconds()


def _find_shelf(pair: Pair) -> int:
    return pair[0] % _SHELVES


def _name_shelf(place: int) -> str:
    return f"goods {place}"


def _decode(text: str | None) -> _Shelf | None:
    """None for what another version has written."""
    if text is None:
        return None
    try:
        return _SHELF.decode(zlib.decompress(base64.b64decode(text, validate=True)))
    except (binascii.Error, zlib.error, msgspec.DecodeError, ValueError):
        return None
