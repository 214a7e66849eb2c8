"""The places where a shop keeps tracking: WooCommerce's own fulfillments, the Shipment Tracking
plugins, or an order note.

Each place looks before it writes, and writes only what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol, TypeVar

import msgspec

from connectors.carriers import Carriers
from connectors.errors import UnreadableResponseError, UnsentError
from connectors.shipments import fold_tracking
from connectors.upstream.request import name_step
from connectors.upstream.response import Reply
from connectors.woocommerce.api.client import CORE, Api, order_path
from connectors.woocommerce.api.permalinks import ROOT
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.values import read_key, read_text
from connectors.woocommerce.shipping.fulfillment import is_live, read_metas, read_pieces
from connectors.woocommerce.shipping.order_note import has_note
from connectors.woocommerce.shipping.providers import Providers
from connectors.woocommerce.shipping.report import Report

T = TypeVar("T")
_NOTE_FIELDS = wire.list_fields(wire.Note)


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What a place knows of a shipment.

    `entry`: it has the shipment. `mailed`: it has what the buyer is to read, too. `in_shop` is
    everything it has recorded as sent, by line id, where it counts pieces.
    """

    entry: bool
    mailed: bool
    in_shop: Mapping[str, int] = {}

    @property
    def whole(self) -> bool:
        """Whether nothing is left to write."""
        return self.entry and self.mailed


class Place(Protocol):
    """One place."""

    @property
    def name(self) -> str:
        """What people call this place."""
        ...

    def name_for(self, report: Report) -> str:
        """What this shipment becomes there, with its article."""
        ...

    async def look(self, report: Report) -> Record:
        """What it knows of the shipment."""
        ...

    async def write(self, report: Report, record: Record) -> bool:
        """Write what is missing; whether the shop's answers show that it is there now."""
        ...


class NotePlace:
    """An order note: to the buyer (WooCommerce mails it) where the client asks for that, else a
    private one.
    """

    name = "order note"

    def __init__(self, api: Api, carriers: Carriers) -> None:
        self._api = api
        self._carriers = carriers

    def name_for(self, report: Report) -> str:
        """A note of one of the two kinds."""
        told = report.shipment.notify_customer
        return "an order note to the buyer" if told else "a private order note"

    async def look(self, report: Report) -> Record:
        """Search the order's notes."""
        return Record(entry=await self.has_note(report, to_customer=False), mailed=True)

    async def write(self, report: Report, record: Record) -> bool:  # noqa: ARG002 - the protocol's names
        """Add the note."""
        told = report.shipment.notify_customer
        note = {"note": report.write_note(self._carriers), "customer_note": told}
        with suppress(UnsentError), name_step("note"):
            reply = await self._api.post(order_path(report.order_id, "/notes"), note)
            made = read_answer(reply, wire.Note)
            return made is not None and self._is_among([made], report, to_customer=told)
        return False

    async def has_note(self, report: Report, *, to_customer: bool) -> bool:
        """Whether the order has such a note."""
        notes = await self._api.list_items(
            order_path(report.order_id, "/notes"), wire.Note, [("_fields", _NOTE_FIELDS)]
        )
        return self._is_among(notes, report, to_customer=to_customer)

    def _is_among(self, notes: Sequence[wire.Note], report: Report, *, to_customer: bool) -> bool:
        return has_note(
            notes,
            report.shipment,
            report.list_notes(self._carriers),
            to_customer=to_customer,
            order_id=report.order_id,
            by_text=report.is_part,
        )


class PluginPlace:
    """Shipment Tracking, or Advanced Shipment Tracking, which answers on the same routes.

    An entry has no quantities and mails nobody, and the plugin does not check for duplicates. The
    plugins refuse a shipment without a tracking number, so that it becomes a note.
    """

    def __init__(self, api: Api, carriers: Carriers, *, name: str, namespace: str) -> None:
        self.name = name
        self._api = api
        self._carriers = carriers
        self.root = f"{ROOT}{namespace}/"
        self._notes = NotePlace(api, carriers)
        self._providers = Providers(api, self.root)

    def name_for(self, report: Report) -> str:
        """An entry, with a note to the buyer beside it, or a note alone."""
        note = self._notes.name_for(report)
        if not report.number:
            return note
        also = f" and {note}" if report.shipment.notify_customer else ""
        return f"an entry of {self.name}{also}"

    async def look(self, report: Report) -> Record:
        """Search the entries, and the notes if the buyer is to be mailed."""
        if not report.number:
            return await self._notes.look(report)
        entries = await self._api.list_items(
            order_path(report.order_id, "/shipment-trackings"), wire.Tracking, root=self.root
        )
        entry = any(_has_number(found, report) for found in entries)
        mailed = not report.shipment.notify_customer or await self._notes.has_note(
            report, to_customer=True
        )
        return Record(entry=entry, mailed=mailed)

    async def write(self, report: Report, record: Record) -> bool:
        """Add the entry, and the note to the buyer."""
        if not report.number:
            return await self._notes.write(report, record)
        shown = record.entry or await self._add_entry(report)
        if not record.mailed:
            shown = await self._notes.write(report, record) and shown
        return shown

    async def _add_entry(self, report: Report) -> bool:
        shipment = report.shipment
        entry: dict[str, Any] = {"tracking_number": report.number}
        entry |= await self._providers.build_entry(
            report.order_id, shipment, self._carriers.of(shipment)
        )
        if shipment.shipped_on is not None:
            entry["date_shipped"] = shipment.shipped_on.isoformat()
        with suppress(UnsentError), name_step("tracking"):
            reply = await self._api.post(
                order_path(report.order_id, "/shipment-trackings"), entry, root=self.root
            )
            made = read_answer(reply, wire.Tracking)
            return made is not None and bool(made.tracking_id) and _has_number(made, report)
        return False


class FulfillmentPlace:
    """WooCommerce's own fulfillments (10.1 and later, where they are switched on): with pieces by
    line and a mail of their own.
    """

    name = "WooCommerce fulfillments"

    def __init__(self, api: Api, carriers: Carriers) -> None:
        self._api = api
        self._carriers = carriers
        self._notes = NotePlace(api, carriers)

    def name_for(self, report: Report) -> str:
        """A fulfillment, or a note if it would have no items."""
        return (
            "a WooCommerce fulfillment"
            if report.parcel.quantities
            else self._notes.name_for(report)
        )

    async def look(self, report: Report) -> Record:
        """Search the fulfillments, and the notes for what could not become one."""
        entry = False
        in_shop: dict[str, int] = {}
        for found in await self._api.list_items(
            order_path(report.order_id, "/fulfillments"), wire.Fulfillment
        ):
            if not is_live(found):
                continue
            entry = entry or _is_of(found, report)
            for line, pieces in read_pieces(found):
                in_shop[line] = in_shop.get(line, 0) + pieces
        entry = entry or await self._notes.has_note(report, to_customer=False)
        return Record(entry=entry, mailed=True, in_shop=in_shop)

    async def write(self, report: Report, record: Record) -> bool:
        """Add the fulfillment, or a note if it would have no items: WooCommerce refuses such a
        fulfillment.
        """
        quantities, shipment = report.parcel.quantities, report.shipment
        if not quantities:
            return await self._notes.write(report, record)
        carrier = self._carriers.of(shipment)
        metas: dict[str, Any] = {
            "_items": [
                {"item_id": read_key(line), "qty": pieces} for line, pieces in quantities.items()
            ],
            "_tracking_number": report.number,
            "_tracking_url": self._carriers.link(shipment),
            # WooCommerce's code reads the first name, its documentation gives the second.
            "_shipment_provider": carrier.code or carrier.name,
            "_shipping_provider": carrier.code or carrier.name,
            _MARK: shipment.key(),
        }
        body = {
            "status": "fulfilled",
            "is_fulfilled": True,
            "meta_data": [{"key": name, "value": value} for name, value in metas.items() if value],
        }
        notify = [("notify_customer", "true")] if shipment.notify_customer else []
        with suppress(UnsentError), name_step("fulfillment"):
            reply = await self._api.post(
                order_path(report.order_id, "/fulfillments"), body, notify, root=CORE
            )
            made = read_answer(reply, wire.Fulfillment)
            return (
                made is not None
                and is_live(made)
                and _is_of(made, report)
                and dict(read_pieces(made)) == quantities
            )
        return False


# By this key we find our own fulfillment again where it has no tracking number.
_MARK = "_portside_shipment"


def read_answer(reply: Reply, kind: type[T]) -> T | None:
    """What the shop's answer to a write holds; None if it is nothing of this kind."""
    try:
        return reply.decode(kind)
    except UnreadableResponseError:
        return None


def _has_number(found: wire.Tracking, report: Report) -> bool:
    return _is_same_number(read_text(found.tracking_number), report)


def _is_same_number(number: str, report: Report) -> bool:
    return fold_tracking(number) == fold_tracking(report.number)


def _is_of(found: wire.Fulfillment, report: Report) -> bool:
    """Whether a fulfillment is that of this shipment."""
    metas = read_metas(found)
    if read_text(metas.get(_MARK)) == report.shipment.key():
        return True
    number = read_text(metas.get("_tracking_number"))
    return bool(report.number) and not report.is_part and _is_same_number(number, report)
