"""Takes rows of one store's list in: finds the delivery of each, or puts it into the outbox.

What a row leads to:

    a label for a return          nothing
    another store's               nothing
    known, and not voided since   nothing
    cannot be read                it is left out; the operator is told
    voided                        its delivery is discarded, or, once the shop has it, `withdrawer`
                                  sees to it
    a delivery has it             its number is kept beside the delivery
    no delivery has it            it is put into the outbox, due when its grace is over
    from before our time, of an   nothing: what told the shop before us may have told it then
      order that does not wait
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
import structlog

from connectors.interface import Remark
from connectors.quoting import hide_found
from connectors.shipments import Shipment
from proxy.account.pacific import read_pacific
from proxy.account.reconcile.shipment import Row, has_failed, read_shipment
from proxy.account.rows import FulfillmentRow, ShipmentRow
from proxy.rules.matching import GivenOrder
from proxy.rules.retry_schedule import find_due
from proxy.storage.account.parcels import Fate, ParcelKind, Parcels, ShownParcel
from proxy.storage.outbox.interface import Delivery, DeliveryState
from proxy.stores import Store

_log = structlog.get_logger("portside.account")


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A row that may have to be told, with the key of its order and its shipment."""

    row: Row
    shown: ShownParcel
    shipment: Shipment


class RowIntake:
    """Takes in the rows of one store."""

    def __init__(self, store: Store, store_id: int, parcels: Parcels) -> None:
        self.store = store
        self.store_id = store_id
        self.parcels = parcels
        self.unreadable = dict[str, str]()

    async def take_shipments(
        self, rows: Sequence[ShipmentRow], *, since: datetime, now: datetime
    ) -> None:
        """Take labels in. `since` is when our books begin. Raises StorageError."""
        mine = [row for row in rows if not row.is_return_label and self._is_ours(row)]
        keys = {row.shipment_id: row.order_key for row in mine}
        await self._take(mine, keys, since=since, now=now)

    async def take_fulfillments(
        self,
        rows: Sequence[FulfillmentRow],
        keys: Mapping[int, str | None],
        *,
        since: datetime,
        now: datetime,
    ) -> None:
        """Take orders marked as shipped in, which were found to be this store's; `keys` are the
        keys of their orders, by fulfillment. Raises StorageError.
        """
        await self._take(rows, keys, since=since, now=now)

    def complain(self, about: str, reason: str) -> None:
        """Leave out a row that cannot be told."""
        if reason not in self.unreadable.values():
            why = hide_found(reason)
            _log.warning("A row of the account is left out.", store=self.store.name, reason=why)
        self.unreadable[f"{about}: {reason}"] = reason

    def remark_unreadable(self, *, is_whole: bool) -> None:
        """Remark on the rows that were left out; that there are none is known once the whole was
        read.
        """
        if not self.unreadable and not is_whole:
            return
        first = next(iter(self.unreadable), "")
        text = (
            f"{len(self.unreadable)} rows of ShipStation's lists cannot be read, and the shop does"
            f" not hear of them; tell it by hand. The first: {first}"
        )
        text = text if self.unreadable else ""
        self.store.remark(Remark(about="account rows", text=text, quoted=first))

    def _is_ours(self, row: ShipmentRow) -> bool:
        store_id = row.advanced_options and row.advanced_options.store_id
        return store_id in {None, self.store_id}

    async def _take(
        self,
        rows: Sequence[Row],
        keys: Mapping[int, str | None],
        *,
        since: datetime,
        now: datetime,
    ) -> None:
        if not rows:
            return
        kind = find_kind(rows[0])
        known = await self.parcels.find_shown(kind, [find_number(row) for row in rows])
        fresh = list[Row]()
        for row in rows:
            shown = known.get(find_number(row))
            if shown is None or shown.fate is Fate.EARLIER:
                fresh.append(row)
            elif row.voided and shown.voided_at is None:
                await self._void(row, shown, now)
        given = await self.parcels.find_given({row.order_number or "" for row in fresh})
        candidates = self._read_candidates(fresh, keys, given)
        deliveries = await self.parcels.find_deliveries([each.shipment for each in candidates])
        for candidate, delivery in zip(candidates, deliveries, strict=True):
            waits = any(each.is_open for each in given.get(candidate.row.order_number or "", ()))
            await self._settle(candidate, delivery, waits=waits, since=since, now=now)

    def _read_candidates(
        self,
        rows: Sequence[Row],
        keys: Mapping[int, str | None],
        given: Mapping[str, Sequence[GivenOrder]],
    ) -> list[Candidate]:
        candidates = []
        for row in rows:
            number = find_number(row)
            try:
                shipment = read_shipment(
                    row, keys.get(number), given.get(row.order_number or "", ())
                )
            except ValueError as error:
                self.complain(f"{find_kind(row).value} {number}", str(error))
                continue
            shown = ShownParcel(
                kind=find_kind(row),
                number=number,
                fate=Fate.TOLD,
                made_at=read_pacific(row.create_date),
            )
            candidates.append(Candidate(row=row, shown=shown, shipment=shipment))
        return candidates

    async def _settle(
        self,
        candidate: Candidate,
        delivery: Delivery | None,
        *,
        waits: bool,
        since: datetime,
        now: datetime,
    ) -> None:
        row, shown = candidate.row, candidate.shown
        if delivery is None and row.voided:
            await self._record(shown, fate=Fate.VOIDED, voided_at=now)
            return
        if delivery is None and not waits and shown.made_at < since:
            await self._record(shown, fate=Fate.EARLIER)
            return
        if delivery is None:
            due_at = find_due(shown.made_at, now, has_failed=has_failed(row))
            delivery, is_new = await self.parcels.put(candidate.shipment, due_at)
            if is_new:
                _log.info(
                    "A shipment was found that no notice announced.",
                    store=self.store.name,
                    delivery=delivery.id,
                    kind=shown.kind.value,
                    number=shown.number,
                )
        shown = msgspec.structs.replace(shown, delivery_id=delivery.id)
        if row.voided:
            await self._void(row, shown, now)
        else:
            await self._record(shown)

    async def _void(self, row: Row, shown: ShownParcel, now: datetime) -> None:
        """A label that was known is void. One that is being told now is looked at again."""
        if shown.delivery_id is not None:
            state = await self.parcels.discard_voided(shown.delivery_id)
            if state is DeliveryState.WAITING:
                await self._record(shown)
                return
            _log.warning(
                "A label was voided in ShipStation.",
                store=self.store.name,
                delivery=shown.delivery_id,
                number=find_number(row),
                state=state.value,
            )
        await self._record(shown, voided_at=now)

    async def _record(self, shown: ShownParcel, **changes: object) -> None:
        await self.parcels.record([msgspec.structs.replace(shown, **changes)])


def find_kind(row: Row) -> ParcelKind:
    """Whether it is a label or an order marked as shipped."""
    return ParcelKind.SHIPMENT if isinstance(row, ShipmentRow) else ParcelKind.FULFILLMENT


def find_number(row: Row) -> int:
    """The account's number of a row."""
    return row.shipment_id if isinstance(row, ShipmentRow) else row.fulfillment_id
