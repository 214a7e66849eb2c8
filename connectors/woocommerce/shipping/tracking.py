"""The places where a shop keeps tracking: WooCommerce's own fulfillments, the Shipment Tracking
plugins, or an order note.

Each place looks before it writes, and writes only what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from connectors.carriers import Carriers
from connectors.orders import LineItem
from connectors.shipments import Shipment
from connectors.woocommerce.api.client import CORE, Api, order_path
from connectors.woocommerce.api.permalinks import ROOT
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.values import read_key, read_text
from connectors.woocommerce.shipping.order_note import has_note, write_note
from connectors.woocommerce.shipping.providers import Providers

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
    """One place.

    `lines` are the order's as they were exported; `quantities` the pieces in the parcel, by line
    id.
    """

    @property
    def name(self) -> str:
        """What people call this place."""
        ...

    async def look(self, order_id: str, shipment: Shipment, lines: Sequence[LineItem]) -> Record:
        """What it knows of the shipment."""
        ...

    async def write(
        self,
        order_id: str,
        shipment: Shipment,
        lines: Sequence[LineItem],
        quantities: Mapping[str, int],
        record: Record,
    ) -> None:
        """Write what is missing."""
        ...


class NotePlace:
    """An order note: to the buyer (WooCommerce mails it) where the client asks for that, else a
    private one.
    """

    name = "order note"

    def __init__(self, api: Api, carriers: Carriers) -> None:
        self._api = api
        self._carriers = carriers

    async def look(self, order_id: str, shipment: Shipment, lines: Sequence[LineItem]) -> Record:
        """Search the order's notes."""
        found = await self.has_note(order_id, shipment, lines, to_customer=False)
        return Record(entry=found, mailed=True)

    async def write(
        self,
        order_id: str,
        shipment: Shipment,
        lines: Sequence[LineItem],
        quantities: Mapping[str, int],  # noqa: ARG002 - the protocol's names
        record: Record,  # noqa: ARG002 - the protocol's names
    ) -> None:
        """Add the note."""
        note = {
            "note": write_note(shipment, lines, self._carriers),
            "customer_note": shipment.notify_customer,
        }
        await self._api.post(order_path(order_id, "/notes"), note)

    async def has_note(
        self, order_id: str, shipment: Shipment, lines: Sequence[LineItem], *, to_customer: bool
    ) -> bool:
        """Whether the order has such a note."""
        notes = await self._api.list_items(
            order_path(order_id, "/notes"), wire.Note, [("_fields", _NOTE_FIELDS)]
        )
        written = write_note(shipment, lines, self._carriers)
        return has_note(notes, shipment, written, to_customer=to_customer, order_id=order_id)


class PluginPlace:
    """Shipment Tracking, or Advanced Shipment Tracking, which answers on the same routes.

    An entry has no quantities and mails nobody, and the plugin does not check for duplicates. The
    plugins refuse a shipment without a tracking number, so that it becomes a note.
    """

    def __init__(self, api: Api, carriers: Carriers, *, name: str, namespace: str) -> None:
        self.name = name
        self._api = api
        self._carriers = carriers
        self._root = f"{ROOT}{namespace}/"
        self._notes = NotePlace(api, carriers)
        self._providers = Providers(api, self._root)

    async def look(self, order_id: str, shipment: Shipment, lines: Sequence[LineItem]) -> Record:
        """Search the entries, and the notes if the buyer is to be mailed."""
        number = shipment.tracking_number.strip()
        if not number:
            return await self._notes.look(order_id, shipment, lines)
        entries = await self._api.list_items(
            order_path(order_id, "/shipment-trackings"), wire.Tracking, root=self._root
        )
        entry = any(_is_same_number(read_text(found.tracking_number), number) for found in entries)
        mailed = not shipment.notify_customer or await self._notes.has_note(
            order_id, shipment, lines, to_customer=True
        )
        return Record(entry=entry, mailed=mailed)

    async def write(
        self,
        order_id: str,
        shipment: Shipment,
        lines: Sequence[LineItem],
        quantities: Mapping[str, int],
        record: Record,
    ) -> None:
        """Add the entry, and the note to the buyer."""
        if not shipment.tracking_number.strip():
            await self._notes.write(order_id, shipment, lines, quantities, record)
            return
        if not record.entry:
            entry: dict[str, Any] = {"tracking_number": shipment.tracking_number.strip()}
            entry |= await self._providers.build_entry(
                order_id, shipment, self._carriers.of(shipment)
            )
            if shipment.shipped_on is not None:
                entry["date_shipped"] = shipment.shipped_on.isoformat()
            await self._api.post(
                order_path(order_id, "/shipment-trackings"), entry, root=self._root
            )
        if not record.mailed:
            await self._notes.write(order_id, shipment, lines, quantities, record)


class FulfillmentPlace:
    """WooCommerce's own fulfillments (10.1 and later, where they are switched on): with pieces by
    line and a mail of their own.
    """

    name = "WooCommerce fulfillments"

    def __init__(self, api: Api, carriers: Carriers) -> None:
        self._api = api
        self._carriers = carriers
        self._notes = NotePlace(api, carriers)

    async def look(self, order_id: str, shipment: Shipment, lines: Sequence[LineItem]) -> Record:
        """Search the fulfillments, and the notes for what could not become one."""
        number, mark = shipment.tracking_number.strip(), shipment.key()
        entry = False
        in_shop: dict[str, int] = {}
        for found in await self._api.list_items(
            order_path(order_id, "/fulfillments"), wire.Fulfillment
        ):
            metas = {read_text(meta.key): meta.value for meta in wire.read_list(found.meta_data)}
            if found.date_deleted or read_text(found.status) != "fulfilled":
                continue
            same = bool(number) and _is_same_number(
                read_text(metas.get("_tracking_number")), number
            )
            entry = entry or same or read_text(metas.get(_MARK)) == mark
            for line, pieces in _read_pieces(metas.get("_items")):
                in_shop[line] = in_shop.get(line, 0) + pieces
        entry = entry or await self._notes.has_note(order_id, shipment, lines, to_customer=False)
        return Record(entry=entry, mailed=True, in_shop=in_shop)

    async def write(
        self,
        order_id: str,
        shipment: Shipment,
        lines: Sequence[LineItem],
        quantities: Mapping[str, int],
        record: Record,
    ) -> None:
        """Add the fulfillment, or a note if it would have no items: WooCommerce refuses such a
        fulfillment.
        """
        if not quantities:
            await self._notes.write(order_id, shipment, lines, quantities, record)
            return
        carrier = self._carriers.of(shipment)
        metas: dict[str, Any] = {
            "_items": [
                {"item_id": read_key(line), "qty": pieces} for line, pieces in quantities.items()
            ],
            "_tracking_number": shipment.tracking_number.strip(),
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
        await self._api.post(order_path(order_id, "/fulfillments"), body, notify, root=CORE)


# By this key we find our own fulfillment again where it has no tracking number.
_MARK = "_portside_shipment"


def _is_same_number(one: str, other: str) -> bool:
    return one.strip().casefold() == other.casefold()


def _read_pieces(items: Any) -> list[tuple[str, int]]:
    """The `_items` of a fulfillment: `[{"item_id": 456, "qty": 2}]`."""
    listed = items if isinstance(items, list) else []
    return [
        (str(read_key(item.get("item_id"))), read_key(item.get("qty")))
        for item in listed
        if isinstance(item, dict)
    ]
