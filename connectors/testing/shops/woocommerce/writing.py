"""What a fake WooCommerce shop lets be changed: status, notes, tracking entries, fulfillments; each
with the traces the real one leaves.
"""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from connectors.testing.book import BookOrder, OrderBook
from connectors.testing.shops.woocommerce.answers import (
    pick,
    refuse,
    refuse_parameter,
    refuse_route,
    show,
)
from connectors.testing.shops.woocommerce.listing import STATUSES
from connectors.testing.shops.woocommerce.rendering import render, stamp, word
from connectors.testing.shops.woocommerce.traits import Traits
from connectors.woocommerce.mapping.statuses import read_status

Json = dict[str, Any]
_SHOP = "WooCommerce"


class Desk:
    """Takes changes.

    `mails` holds (order id, kind) of each mail to a buyer; `recalculated` orders whose totals a PUT
    recalculated.
    """

    def __init__(self, book: OrderBook, traits: Traits) -> None:
        self._book = book
        self._traits = traits
        self._next = 1
        self.notes: dict[str, list[Json]] = {}
        self.trackings: dict[str, list[Json]] = {}
        self.fulfillments: dict[str, list[Json]] = {}
        self.mails: list[tuple[str, str]] = []
        self.recalculated: list[str] = []

    async def update_order(self, request: web.Request) -> web.StreamResponse:
        """`PUT` or `POST /orders/{id}`: bumps the modified time whatever it holds, and revives an
        order from the trash.
        """
        body = await _body(request)
        if body is None:
            return refuse(400, "rest_invalid_json", "Invalid JSON body passed.")
        order = self._book.get(request.match_info["order"])
        if order is None:
            return refuse(400, "woocommerce_rest_shop_order_invalid_id", "ID is invalid.")
        status = body.get("status")
        if status is not None and status not in {
            *STATUSES,
            *self._traits.extra_statuses,
            "auto-draft",
        }:
            return refuse_parameter("status", f"status is not one of {', '.join(STATUSES)}.")
        if {"line_items", "shipping_lines", "fee_lines", "coupon_lines"} & body.keys():
            self.recalculated.append(order.id)
        if status is not None:
            self._move(order, status)
        self._book.touch(order.id)
        return show(render(order, self._traits))

    async def list_notes(self, request: web.Request) -> web.StreamResponse:
        """`GET /orders/{id}/notes`: all of them, newest first; not paged."""
        order = self._book.get(request.match_info["order"])
        if order is None:
            return _unknown()
        kind = request.query.get("type", "any")
        notes = [
            note
            for note in self.notes.get(order.id, [])
            if kind == "any" or note["customer_note"] is (kind == "customer")
        ]
        return show([pick(note, request.query.get("_fields")) for note in notes])

    async def add_note(self, request: web.Request) -> web.StreamResponse:
        """`POST /orders/{id}/notes`: one for the customer is mailed; the order's modified time
        stays.
        """
        order, body = self._book.get(request.match_info["order"]), await _body(request)
        if order is None:
            return _unknown()
        to_customer = bool((body or {}).get("customer_note"))
        note = self._note(order, str((body or {}).get("note", "")), to_customer=to_customer)
        if to_customer:
            self._mail(order, "Customer note")
        return show(note, 201)

    async def list_trackings(self, request: web.Request) -> web.StreamResponse:
        """`GET …/shipment-trackings`."""
        if not self._has_plugin(request):
            return refuse_route()
        order = self._book.get(request.match_info["order"])
        return _unknown() if order is None else show(self.trackings.get(order.id, []))

    async def list_providers(self, request: web.Request) -> web.StreamResponse:
        """`GET …/shipment-trackings/providers`: groups of names with links, an empty list where
        there are none.
        """
        return show(self._traits.providers or []) if self._has_plugin(request) else refuse_route()

    async def add_tracking(self, request: web.Request) -> web.StreamResponse:
        """`POST …/shipment-trackings`: nothing is checked for doubles."""
        if not self._has_plugin(request):
            return refuse_route()
        order, body = self._book.get(request.match_info["order"]), await _body(request) or {}
        if order is None:
            return _unknown()
        number = body.get("tracking_number")
        if not number:
            return refuse(
                400,
                "rest_missing_callback_param",
                "Missing parameter(s): tracking_number",
                params=["tracking_number"],
            )
        known = {name.lower(): name for group in self._traits.providers.values() for name in group}
        entry = {
            "tracking_id": f"{self._number():032x}",
            "tracking_provider": known.get(str(body.get("tracking_provider", "")).lower(), ""),
            "custom_tracking_provider": body.get("custom_tracking_provider", ""),
            "tracking_link": body.get("custom_tracking_link", ""),
            "tracking_number": number,
            "date_shipped": body.get("date_shipped", stamp(self._book.clock())[:10]),
        }
        self.trackings.setdefault(order.id, []).append(entry)
        self._note(
            order,
            f"Order was shipped with {entry['tracking_provider']} and tracking number is: {number}",
        )
        self._book.add_parcel(
            order.id,
            number,
            {},
            carrier=entry["tracking_provider"] or entry["custom_tracking_provider"],
        )
        if str(body.get("status_shipped")) == "1":
            self._move(order, "completed")
        self._book.touch(order.id)
        return show(entry, 201)

    async def delete_entry(self, request: web.Request) -> web.StreamResponse:
        """`POST …/shipment-trackings/{entry}` and `…/fulfillments/{entry}` with `_method=DELETE`:
        an entry is gone, a fulfillment is kept with the date of its end.
        """
        order, wanted = request.match_info["order"], request.match_info["entry"]
        if request.query.get("_method") != "DELETE":
            return refuse_route()
        kept = self.trackings.get(order, [])
        for entry in kept:
            if entry["tracking_id"] == wanted:
                kept.remove(entry)
                return show(entry)
        for made in self.fulfillments.get(order, []):
            if str(made["id"]) == wanted and made["date_deleted"] is None:
                made["date_deleted"] = stamp(self._book.clock())
                return show({"message": "Fulfillment deleted successfully."})
        return _unknown()

    async def list_fulfillments(self, request: web.Request) -> web.StreamResponse:
        """`GET /orders/{id}/fulfillments`, where the feature is on."""
        if not self._traits.fulfillments:
            return refuse_route()
        order = self._book.get(request.match_info["order"])
        return _unknown() if order is None else show(self.fulfillments.get(order.id, []))

    async def add_fulfillment(self, request: web.Request) -> web.StreamResponse:
        """`POST /orders/{id}/fulfillments`: the order's status stays."""
        if not self._traits.fulfillments:
            return refuse_route()
        order, body = self._book.get(request.match_info["order"]), await _body(request) or {}
        if order is None:
            return _unknown()
        metas = {meta["key"]: meta["value"] for meta in body.get("meta_data", [])}
        items = metas.get("_items") or []
        lines = {int(line.id) for line in order.lines}
        if not items or any(item["item_id"] not in lines or item["qty"] < 1 for item in items):
            return refuse(
                400,
                "woocommerce_rest_invalid_items",
                "The fulfillment should contain at least one item.",
            )
        made = {
            "id": self._number(),
            "entity_type": "WC_Order",
            "entity_id": order.id,
            "status": body.get("status", "unfulfilled"),
            "is_fulfilled": body.get("status") == "fulfilled",
            "date_deleted": None,
            "meta_data": [
                {"id": self._number(), "key": name, "value": value} for name, value in metas.items()
            ],
        }
        self.fulfillments.setdefault(order.id, []).append(made)
        told = request.query.get("notify_customer") == "true"
        if told:
            self._mail(order, "Fulfillment created")
        carrier = str(metas.get("_shipment_provider", ""))
        pieces = {str(item["item_id"]): item["qty"] for item in items}
        self._book.add_parcel(
            order.id, str(metas.get("_tracking_number", "")), pieces, carrier=carrier, notified=told
        )
        self._note(order, f"Fulfillment #{made['id']} created (status: Fulfilled).")
        self._book.touch(order.id)
        return show(made, 201)

    def _has_plugin(self, request: web.Request) -> bool:
        return bool(self._traits.plugin) and (
            request.match_info["namespace"] != "wc-ast" or self._traits.plugin == "ast"
        )

    def _move(self, order: BookOrder, status: str) -> None:
        """Set a status; the shop mails the buyer when an order becomes completed, and not when it
        is so already.
        """
        before = word(order)
        order.trashed = False
        order.status, order.word = read_status(status)[0], status
        if before == status:
            return
        self._note(order, f"Order status changed from {before} to {status}.")
        if status == "completed":
            self._mail(order, "Completed order")

    def _mail(self, order: BookOrder, kind: str) -> None:
        self.mails.append((order.id, kind))
        self._note(order, f'Email "{kind}" sent.')

    def _note(self, order: BookOrder, text: str, *, to_customer: bool = False) -> Json:
        """Add a note as WordPress keeps it: without control characters, a bare `&` as an entity."""
        kept = "".join(character for character in text if character >= " " or character in "\t\r\n")
        note = {
            "id": self._number(),
            "author": _SHOP,
            "date_created_gmt": stamp(self._book.clock()),
            "note": kept if "&" not in kept or ";" in kept else kept.replace("&", "&amp;"),
            "customer_note": to_customer,
        }
        self.notes.setdefault(order.id, []).insert(0, note)
        return note

    def _number(self) -> int:
        self._next += 1
        return self._next


async def _body(request: web.Request) -> Json | None:
    """The JSON object of a request; None if it is none."""
    try:
        found = json.loads(await request.read() or b"{}")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _unknown() -> web.Response:
    return refuse(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
