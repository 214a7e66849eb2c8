"""Boxes: what Solidus and Spree keep an order's pieces in, one for each stock location."""

from __future__ import annotations

from datetime import datetime

import msgspec
from aiohttp import web

from tests.connectors.generic_json.recipes.shops.sale import (
    LINES,
    Platform,
    RefusedParcelError,
    Sale,
    moment,
    part,
)


class Box(msgspec.Struct):
    """A shipment or fulfillment."""

    number: str
    pieces: dict[str, int]
    tracking: str = ""
    gone: bool = False


class BoxedPlatform(Platform):
    """What both have: lists by page, and orders in boxes."""

    bounds = ("2026-03-02T09:00:00.000Z", "2026-03-02T11:00:00.000Z")
    listed_by: str = "updated_at"
    """The time by which the list is filtered. Ransack drops conditions on others without a word."""

    def __init__(self) -> None:
        super().__init__()
        self.boxes = {
            sale.number: [
                Box(f"H{sale.number}1", {name: line.quantity for name, line in LINES.items()})
            ]
            for sale in self.sales
        }

    def found(self, request: web.Request, size: str) -> tuple[list[Sale], int]:
        """A page, and how many there are."""
        asked = request.query
        ends = tuple(asked.get(f"q[{self.listed_by}_{end}]", "") for end in ("gteq", "lteq"))
        self.asked.append(ends)
        start, end = (moment(each) if each else None for each in ends)
        every = [
            sale
            for sale in self.sales
            if (start is None or self.time(sale) >= start)
            and (end is None or self.time(sale) <= end)
        ]
        return part(every, (int(asked["page"]) - 1) * int(asked[size]), int(asked[size])), len(
            every
        )

    def time(self, sale: Sale) -> datetime:
        """The time by which the list is filtered."""
        return sale.placed if self.listed_by == "completed_at" else sale.changed

    def box(self, number: str) -> tuple[Sale, Box]:
        """A box by its number."""
        ((sale, box),) = (
            (sale, box)
            for sale in self.sales
            for box in self.boxes[sale.number]
            if box.number == number
        )
        return sale, box

    def split(self, sale: Sale, box: Box, pieces: dict[str, int]) -> None:
        """Move pieces into a new box."""
        if box.gone or any(box.pieces.get(name, 0) < count for name, count in pieces.items()):
            raise RefusedParcelError("not there")
        box.pieces = {
            name: count - pieces.get(name, 0)
            for name, count in box.pieces.items()
            if count > pieces.get(name, 0)
        }
        boxes = self.boxes[sale.number]
        boxes.append(Box(f"H{sale.number}{len(boxes) + 1}", pieces))

    def number(self, sale: Sale, box: Box, tracking: str) -> None:
        """A box gets another number, also one that has left, and its parcel with it."""
        if box.gone:
            for parcel in sale.parcels:
                if parcel.tracking == box.tracking:
                    parcel.tracking = tracking
        box.tracking = tracking

    def leave(self, sale: Sale, box: Box, tracking: str, *, mailed: bool | None) -> None:
        """A box leaves with all that is in it; boxes of one number are one parcel."""
        if box.gone:
            return
        box.gone, box.tracking = True, tracking
        if sale.parcels and sale.parcels[-1].tracking == tracking:
            sale.parcels[-1].pieces |= box.pieces
        else:
            sale.send(tracking, dict(box.pieces), mailed=mailed)
