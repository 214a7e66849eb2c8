"""The Attic: a shop with a strange API, for the tutorial.

`python -m connectors.testing.shops.json_attic` opens it on port 8095.

Remote procedures in place of resources, refusals under 200, a list of summaries, cents, countries
as addresses, and parcels in two steps.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from aiohttp import web

from connectors.orders import OrderStatus
from connectors.testing.book import BookOrder, OrderBook
from connectors.testing.clock import Clock
from connectors.testing.shop import FakeShop
from connectors.testing.shops.json_orders import quantities_of
from connectors.testing.shops.json_shop import answer

KEY: Final = "attic-key-1234"
PORT: Final = 8095
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class FakeAttic(FakeShop):
    """Every call needs the header `X-Attic-Key`."""

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """The procedures."""
        return [
            web.post("/rpc/find-orders", self.find),
            web.get("/rpc/order", self.show),
            web.post("/rpc/pack", self.pack),
            web.post("/rpc/send", self.send),
        ]

    async def find(self, request: web.Request) -> web.Response:
        """Summaries of the orders touched in a span, `from` included and `to` not, in no order."""
        asked = msgspec.json.decode(await request.read())
        if (refused := _refusal(request)) is not None:
            return refused
        if not isinstance(asked.get("from"), int) or not isinstance(asked.get("to"), int):
            return _no("from and to must be milliseconds")
        found = [
            order
            for order in self.book
            if asked["from"] <= _milliseconds(order.modified_at) < asked["to"]
        ]
        found.sort(key=lambda order: order.id[::-1])
        if asked.get("undone"):
            found = [
                order
                for order in found
                if order.status not in {OrderStatus.SHIPPED, OrderStatus.CANCELLED}
            ]
        start = asked["leaf"] * asked["per_leaf"]
        rows = [
            {"ref": order.number, "touched": str(_milliseconds(order.modified_at))}
            for order in found[start : start + asked["per_leaf"]]
        ]
        return answer({"ok": True, "hits": len(found), "rows": rows})

    async def show(self, request: web.Request) -> web.Response:
        """One order, whole."""
        order = self._order(request.query.get("ref", ""))
        if (refused := _refusal(request)) is not None:
            return refused
        return (
            answer({"ok": True, "row": _row(order)}) if order is not None else _no("no such order")
        )

    async def pack(self, request: web.Request) -> web.Response:
        """A box for some goods; it has no number of its own yet."""
        told = msgspec.json.decode(await request.read())
        order = self._order(told["ref"])
        if order is None or order.status is OrderStatus.CANCELLED:
            return _no("no such order" if order is None else "the order was called off")
        left = quantities_of(order)
        pieces = {str(goods["no"]): int(goods["n"]) for goods in told["goods"]}
        if not pieces or any(count > left.get(line, 0) for line, count in pieces.items()):
            return _no("more than is left")
        box = self.book.add_parcel(order.id, "", pieces)
        order.extra.setdefault("sent", set())
        return answer({"ok": True, "box": {"no": int(box.id)}})

    async def send(self, request: web.Request) -> web.Response:
        """The box is on its way."""
        told = msgspec.json.decode(await request.read())
        for order in self.book:
            for box in order.parcels:
                if int(box.id) == told["box"]:
                    if box.id in order.extra["sent"]:
                        return _no("sent before")
                    box.tracking_number, box.carrier = told.get("track") or "", told.get("by") or ""
                    order.extra["sent"].add(box.id)
                    done = not any(quantities_of(order).values())
                    self.book.set_status(order.id, OrderStatus.SHIPPED if done else order.status)
                    return answer({"ok": True})
        return _no("no such box")

    def _order(self, reference: str) -> BookOrder | None:
        return next((order for order in self.book if order.number == reference), None)


def _refusal(request: web.Request) -> web.Response | None:
    return None if request.headers.get("X-Attic-Key") == KEY else _no("key?")


def _no(why: str) -> web.Response:
    return answer({"ok": False, "why": why})


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _row(order: BookOrder) -> dict[str, Any]:
    """An order as the Attic sees it."""
    place = order.ship_to
    sent = [box for box in order.parcels if box.id in order.extra.get("sent", ())]
    left = {
        line.id: line.quantity - sum(box.quantities.get(line.id, 0) for box in sent)
        for line in order.lines
    }
    return {
        "ref": order.number,
        "came": order.placed_at.strftime("%d.%m.%Y %H:%M:%S"),
        "touched": str(_milliseconds(order.modified_at)),
        "paid": order.status is not OrderStatus.UNPAID,
        "gone": order.status is OrderStatus.SHIPPED,
        "void": order.status is OrderStatus.CANCELLED or order.trashed,
        "sum": {"cents": "?" if order.spoiled else int(order.total * 100), "in": "USD"},
        "to": {
            "who": place.name,
            "lines": [place.line1, place.line2],
            "town": f"{place.postal_code} {place.city}",
            "country": f"https://attic.example/countries/{place.country}/",
            "mail": order.email,
        },
        "goods": [
            {
                "no": int(line.id),
                "art": line.sku,
                "txt": f"<b>{line.name}</b>",
                "n": line.quantity,
                "left": left[line.id],
                "cents": int(line.unit_price * 100),
            }
            for line in order.lines
        ],
        "boxes": [
            {
                "no": int(box.id),
                "track": box.tracking_number,
                "sent": box.id in order.extra.get("sent", ()),
                "goods": [{"no": int(line), "n": count} for line, count in box.quantities.items()],
            }
            for box in order.parcels
        ],
    }


def stock(book: OrderBook) -> None:
    """Fill in a few orders of the last days."""
    now = datetime.now(UTC)
    for number in range(7):
        book.add(
            modified_at=now - timedelta(hours=5 * number),
            lines=[("LAMP-1", 2), ("BULB-9", number + 1)],
        )
    book.add(modified_at=now - timedelta(hours=2), status=OrderStatus.CANCELLED)


async def open_shop() -> None:
    """The Attic with a few orders, until it is stopped."""
    shop = FakeAttic(clock=Clock(datetime.now(UTC)), port=PORT)
    stock(shop.book)
    async with shop:
        sys.stdout.write(
            f"The Attic is open at {shop.url}; its key is {KEY}. Stop it with Ctrl-C.\n"
        )
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(open_shop())
    except KeyboardInterrupt:
        sys.stdout.write("Closed.\n")
