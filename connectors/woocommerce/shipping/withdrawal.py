"""Take the tracking number of a voided label out of a WooCommerce shop, and say so in a note.

The entry of the plugin, or WooCommerce's own fulfillment, is deleted; a note that names the number
stays, because the buyer may have it, and a private one beside it says that it does not hold. The
order's status stays too. Sources: the REST references of Shipment Tracking and of Advanced Shipment
Tracking (`DELETE …/shipment-trackings/{id}`), and the route of fulfillments in WooCommerce's code.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from connectors.errors import ConflictError, TemporaryError, UnsentError
from connectors.interface import ShipOutcome
from connectors.reading.markup import clean_text
from connectors.shipments import Shipment, fold_tracking
from connectors.upstream.request import name_step
from connectors.woocommerce.api.client import CORE, Api, order_path
from connectors.woocommerce.listing.lookup import Lookup
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.values import read_text
from connectors.woocommerce.shipping.fulfillment import is_live, read_metas
from connectors.woocommerce.shipping.tracking import FulfillmentPlace, Place, PluginPlace
from connectors.woocommerce.shipping.tracking_places import Places

_NOTE_FIELDS = wire.list_fields(wire.Note)


class Withdrawer:
    """Does it in one shop."""

    def __init__(self, api: Api, lookup: Lookup, places: Places) -> None:
        self._api = api
        self._lookup = lookup
        self._places = places

    async def withdraw(self, shipment: Shipment) -> ShipOutcome:
        """Takes effect once. Raises `ConflictError` for a shipment without a number, and
        `TemporaryError` if the shop still shows it.
        """
        number = shipment.tracking_number.strip()
        if not number:
            raise ConflictError(
                f"Order {shipment.order}: the voided parcel has no tracking number, so it is not"
                " known what to take out. See to the order in the shop."
            )
        order_id = str((await self._lookup.find_order(shipment)).id)
        place = await self._places.find_place(order_id)
        found = await self._find_entries(place, order_id, number)
        text = f"The label with tracking number {number} was voided: this parcel was not sent."
        is_noted = await self._has_note(order_id, text)
        try:
            for path, root in found:
                with name_step("tracking"):
                    await self._api.delete(path, root=root)
            if not is_noted:
                note = {"note": html.escape(text, quote=False), "customer_note": False}
                with name_step("note"):
                    await self._api.post(order_path(order_id, "/notes"), note)
        except UnsentError:
            return ShipOutcome()
        if found and await self._find_entries(place, order_id, number):
            raise TemporaryError(
                f"Order {shipment.order}: the shop accepted that {number} is deleted, and still"
                " shows it. Look for a plugin that keeps it."
            )
        return ShipOutcome(already=is_noted and not found)

    async def _find_entries(
        self, place: Place, order_id: str, number: str
    ) -> Sequence[tuple[str, str]]:
        """Path and root of each entry with this number."""
        wanted = fold_tracking(number)
        if isinstance(place, PluginPlace):
            path = order_path(order_id, "/shipment-trackings")
            return [
                (f"{path}/{read_text(entry.tracking_id)}", place.root)
                for entry in await self._api.list_items(path, wire.Tracking, root=place.root)
                if fold_tracking(read_text(entry.tracking_number)) == wanted
                and read_text(entry.tracking_id).isalnum()
            ]
        if isinstance(place, FulfillmentPlace):
            path = order_path(order_id, "/fulfillments")
            return [
                (f"{path}/{read_text(entry.id)}", CORE)
                for entry in await self._api.list_items(path, wire.Fulfillment)
                if is_live(entry)
                and fold_tracking(read_text(read_metas(entry).get("_tracking_number"))) == wanted
                and read_text(entry.id).isalnum()
            ]
        return []

    async def _has_note(self, order_id: str, text: str) -> bool:
        notes = await self._api.list_items(
            order_path(order_id, "/notes"), wire.Note, [("_fields", _NOTE_FIELDS)]
        )
        wanted = clean_text(html.escape(text, quote=False))
        return any(clean_text(read_text(note.note)) == wanted for note in notes)
