"""Shipment notices from the account to a custom store: sent, lost, late, sent twice, and what of it
the account's own rows say.

Sources: ShipStation's help pages on notifications (a new label after a voided one causes none) and
the Shipment model of docs.shipstation.com, API v1 (`marketplaceNotified`, `notifyErrorMessage`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from http import HTTPStatus

import msgspec

from proxy.simulator.account.agenda import Agenda
from proxy.simulator.account.books import Books, ParcelRow
from proxy.simulator.account.carriers import name_carrier, name_service
from proxy.simulator.account.parcels import list_goods
from proxy.simulator.account.rows import FulfillmentRow, OrderRow, ShipmentRow
from proxy.simulator.account.stores import Store
from proxy.simulator.account.traits import LOST, Chance, Fate, Faults, Traits, choose_fate
from proxy.simulator.answers import Answer
from proxy.simulator.client import StoreClient
from proxy.simulator.notices import Line, Notice
from proxy.simulator.poller import NoAnswerError

_ERROR = "The remote server returned an error: ({status}) {words}."
_LOST = _ERROR.format(status=500, words="Internal Server Error")
_COPIES = {Fate.REPEATED: 2}


class SentNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that was sent: when, of which parcel, and the status of the answer, 0 for none."""

    at: datetime
    order_number: str
    tracking_number: str
    status: int


class Notifier:
    """Tells custom stores of parcels. `sent` is all that left, in order."""

    def __init__(
        self,
        *,
        books: Books,
        stores: Mapping[int, Store],
        agenda: Agenda,
        traits: Traits,
        chance: Chance,
        report: Callable[[str], None],
    ) -> None:
        self._books = books
        self._stores = stores
        self._agenda = agenda
        self._traits = traits
        self._chance = chance
        self._report = report
        self.sent: list[SentNotice] = []

    def plan(self, row: ParcelRow, faults: Faults, fate: Fate | None = None) -> Fate:
        """Plan the notice of a parcel, with the fate given, else with one that the seed chooses;
        gives the fate.
        """
        order = self._books.orders[row.order_id]
        store = self._stores[order.advanced_options.store_id]
        if store.client is None or not store.is_told or self._is_replacement(order):
            return Fate.OFF
        fate = fate or choose_fate(faults, self._chance, name_parcel(row))
        if fate in LOST:
            row.marketplace_notified = fate is Fate.LOST_AND_CLAIMED
            row.notify_error_message = _LOST if fate is Fate.LOST_WITH_ERROR else None
            self._report(f"{name_parcel(row)}: its notice is {fate}")
            return fate
        if fate is not Fate.OFF:
            due = self._books.clock() + self._traits.notice_after
            if fate is Fate.LATE:
                due += faults.late_by
            self._plan_sending(due, row, store.client, fate, self._traits.notice_retries)
        return fate

    def _is_replacement(self, order: OrderRow) -> bool:
        parcels = self._books.list_parcels(order)
        return any(row.voided for row in parcels)

    def _plan_sending(
        self, due: datetime, row: ParcelRow, client: StoreClient, fate: Fate, retries: int
    ) -> None:
        self._agenda.plan(due, partial(self._send, row, client, fate, retries))

    async def _send(self, row: ParcelRow, client: StoreClient, fate: Fate, retries: int) -> None:
        if row.voided:
            return
        copies = _COPIES.get(fate, 1)
        await asyncio.gather(*(self._send_once(row, client) for _ in range(copies)))
        if not row.marketplace_notified and retries:
            due = self._books.clock() + self._traits.notice_retry_after
            self._plan_sending(due, row, client, Fate.SENT, retries - 1)

    async def _send_once(self, row: ParcelRow, client: StoreClient) -> None:
        notice = build_notice(self._books, row)
        try:
            answer = await client.tell(notice.query(), notice.body())
        except NoAnswerError as error:
            status, message = 0, f"Unable to connect to the remote server: {error}"
        else:
            status, message = answer.status, _describe_refusal(answer)
        row.marketplace_notified = row.marketplace_notified or not message
        row.notify_error_message = None if row.marketplace_notified else message
        sent = SentNotice(
            at=self._books.clock(),
            order_number=row.order_number,
            tracking_number=row.tracking_number,
            status=status,
        )
        self.sent.append(sent)
        self._report(
            f"{name_parcel(row)}: the store answered its notice with {status or 'nothing'}"
        )


def name_parcel(row: ParcelRow) -> str:
    """What a person calls a parcel of the account."""
    if isinstance(row, ShipmentRow):
        return f"shipment {row.shipment_id} of order {row.order_number}"
    return f"fulfillment {row.fulfillment_id} of order {row.order_number}"


def build_notice(books: Books, row: ParcelRow) -> Notice:
    """The notice of a parcel; an order marked as shipped names all its lines and no service."""
    order = books.orders[row.order_id]
    packed = list_goods(order) if isinstance(row, FulfillmentRow) else row.shipment_items or ()
    return Notice(
        order_id=books.source_ids[order.order_id],
        order_number=row.order_number,
        lines=tuple(
            Line(
                line_id=item.line_item_key or "",
                sku=item.sku,
                name=item.name,
                quantity=item.quantity,
            )
            for item in packed
        ),
        tracking_number=row.tracking_number,
        carrier=name_carrier(row.carrier_code),
        service=name_service(row.service_code) if isinstance(row, ShipmentRow) else "",
        shipped_at=row.create_date,
    )


def _describe_refusal(answer: Answer) -> str:
    """The account's note about a failed answer; empty for a success."""
    if answer.is_success:
        return ""
    try:
        words = HTTPStatus(answer.status).phrase
    except ValueError:
        words = "Unknown"
    return f"{_ERROR.format(status=answer.status, words=words)} {answer.excerpt}".strip()
