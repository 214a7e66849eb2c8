"""Orders by their ids, in slices that are halved until the one order is found over which the shop
fails.

That order is held with the shop's words, as long as the shop answers otherwise; the rest of its
slice is read. There is no limit on how many orders of a slice may fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from connectors.errors import ConnectorError, PartError, UnreadableResponseError
from connectors.orders import OrderId, RejectedOrder
from connectors.shopify.api.transport import Span, Transport
from connectors.shopify.listing.habits import ListHabits
from connectors.shopify.mapping.wire import Order, Stamp
from connectors.upstream.isolation import Isolation

SLICE = 100
_KIND = "orders"


class Slices:
    """Reads slices of one walk."""

    def __init__(
        self, transport: Transport, span: Span, isolation: Isolation, habits: ListHabits
    ) -> None:
        self._whole = transport.for_parts(once=True)
        self._single = transport.for_parts(once=False)
        self._span = span
        self._isolation = isolation
        self._habits = habits

    async def read_stamps(self, after: int) -> tuple[Stamp, ...]:
        """The next ids and times; that they can be read says that the shop answers."""
        try:
            return await self._isolation.fetch(
                _KIND,
                partial(self._single.read_stamps, self._span, after),
                probe=self.probe,
            )
        except PartError as error:
            # The list of ids is not a part of one order.
            if isinstance(error.__cause__, ConnectorError):
                raise error.__cause__ from None
            raise

    async def probe(self) -> None:
        """Ask for what any working shop answers: one id."""
        await self._single.read_stamps(self._span, 0, most=1)

    async def read(self, stamps: Sequence[Stamp]) -> list[Order | RejectedOrder]:
        """These orders, in this sequence, without those that are gone; those that failed before are
        asked for on their own.
        """
        known = [stamp for stamp in stamps if stamp.id in self._habits.broken]
        sound = [stamp for stamp in stamps if stamp.id not in self._habits.broken]
        found = await self._read_slice(sound) if sound else []
        for stamp in known:
            found += await self._read_slice([stamp])
        places = {str(stamp.id): place for place, stamp in enumerate(stamps)}
        return sorted(found, key=lambda one: places.get(str(one.id), len(stamps)))

    async def _read_slice(self, stamps: Sequence[Stamp]) -> list[Order | RejectedOrder]:
        if len(stamps) == 1:
            return await self._read_one(stamps[0])
        ids = tuple(stamp.id for stamp in stamps)
        try:
            read = await self._isolation.fetch(
                _KIND, partial(self._whole.read_orders, ids), probe=self.probe
            )
        except (PartError, UnreadableResponseError):
            return await self._read_halves(stamps)
        wanted = {str(number) for number in ids}
        found = [one for one in read if str(one.id) in wanted]
        given = {str(one.id) for one in found}
        missing = [stamp for stamp in stamps if str(stamp.id) not in given]
        if not missing:
            return found
        if not found:
            return await self._read_halves(stamps)
        return found + await self._read_slice(missing)

    async def _read_halves(self, stamps: Sequence[Stamp]) -> list[Order | RejectedOrder]:
        half = len(stamps) // 2
        return await self._read_slice(stamps[:half]) + await self._read_slice(stamps[half:])

    async def _read_one(self, stamp: Stamp) -> list[Order | RejectedOrder]:
        try:
            one = await self._isolation.fetch(
                _KIND,
                partial(self._single.read_order, stamp.id),
                probe=self.probe,
            )
        except (PartError, UnreadableResponseError) as error:
            # A shop that went down since the last answer is an outage, and no order's fault.
            await self.probe()
            self._habits.broken.add(stamp.id)
            return [reject_order(stamp, error)]
        self._habits.broken.discard(stamp.id)
        return [] if one is None else [one]


def reject_order(stamp: Stamp, error: ConnectorError) -> RejectedOrder:
    """An order that the shop cannot show, with the shop's words."""
    return RejectedOrder(
        id=OrderId(str(stamp.id)),
        number=str(stamp.id),
        modified_at=stamp.updated_at,
        reason=f"order: {error}",
    )
