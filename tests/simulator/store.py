"""A small custom store over real sockets: right in everything, or wrong in the ways a test
names.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

import msgspec
from aiohttp import web

from connectors.orders import Order, OrderStatus, Window
from connectors.shipments import Shipment
from proxy.doors.custom_store.credentials import (
    CHALLENGE,
    Credentials,
    credentials_match,
    parse_credentials,
)
from proxy.doors.custom_store.dates import parse_date
from proxy.doors.custom_store.errors import WireError, encode_error
from proxy.doors.custom_store.orders_xml import encode_order, frame_page
from proxy.doors.custom_store.requests import (
    Action,
    ExportRequest,
    parse_action,
    parse_export,
    parse_notify,
)
from tests.builders import build_item, build_order

LOGIN = Credentials(username="north", password="pass-word")
PAGE = 8
ABROAD = timedelta(hours=5)


def build_book(now: datetime) -> list[Order]:
    """Thirty orders changed over the last day, some within one minute of each other, all placed a
    month before.
    """
    placed = now - timedelta(days=30)
    times = [now - timedelta(minutes=11 + 40 * number, seconds=7 * number) for number in range(27)]
    times += [times[5] + timedelta(seconds=1), times[5] + timedelta(seconds=2), times[9]]
    return sorted(
        (
            build_order(
                id=f"{number}",
                number=f"N-{number}",
                placed_at=placed,
                modified_at=moment,
                items=(build_item(quantity=1 + number % 3),),
            )
            for number, moment in enumerate(times, 1)
        ),
        key=lambda order: (order.modified_at, order.id),
    )


class Store:
    """Answers as a custom store should, except for `faults`."""

    def __init__(self, book: Sequence[Order], faults: Sequence[str] = ()) -> None:
        self.book = list(book)
        self.faults = frozenset(faults)
        self.shipments: list[Shipment] = []
        self.polls: list[str] = []
        self._turns = count()
        self.url = ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Store]:
        app = web.Application()
        app.router.add_get("/shop", self._export)
        app.router.add_post("/shop", self._notify)
        app.router.add_get("/moved", self._moved)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/shop"
        try:
            yield self
        finally:
            await runner.cleanup()

    def wrong(self, fault: str) -> bool:
        return fault in self.faults

    async def _moved(self, _request: web.Request) -> web.Response:
        return web.Response(status=301, headers={"Location": self.url + "?key=secret"})

    async def _export(self, request: web.Request) -> web.Response:
        if not self._admitted(request):
            return self._refuse_login()
        self.polls.append(request.raw_path)
        if self.wrong("dead"):
            return web.Response(
                status=500, text="<html><body>Server Error</body></html>", content_type="text/html"
            )
        try:
            return self._page(self._request(request))
        except WireError as error:
            return self._refusal(error)
        except KeyError as error:
            return self._refusal(WireError(f"{error} is missing"))

    def _admitted(self, request: web.Request) -> bool:
        offered = parse_credentials(request.headers, request.query)
        return (
            credentials_match(offered, [LOGIN, Credentials(password=LOGIN.password)])
            or self.wrong("open to all")
            or (self.wrong("any password") and bool(offered))
        )

    def _refuse_login(self) -> web.Response:
        if self.wrong("empty 200 for strangers"):
            return web.Response()
        headers = {} if self.wrong("no challenge") else {"WWW-Authenticate": CHALLENGE}
        return web.Response(
            status=403 if self.wrong("403") else 401,
            body=encode_error("wrong user name or password"),
            headers=headers,
        )

    def _request(self, request: web.Request) -> ExportRequest:
        query = dict(request.query)
        if self.wrong("any action"):
            query["action"] = "export"
        if self.wrong("any page"):
            query["page"] = (
                query["page"] if query["page"].isdecimal() and query["page"] != "0" else "1"
            )
        if self.wrong("any date"):
            now = datetime.now(UTC)
            query.update(start_date=(now - timedelta(days=9)).isoformat(), end_date=now.isoformat())
        if self.wrong("any order of dates") and parse_date(query["start_date"], "") > parse_date(
            query["end_date"], ""
        ):
            query["end_date"] = query["start_date"]
        if parse_action(query) is not Action.EXPORT:
            raise WireError("expected POST")
        return parse_export(query)

    def _refusal(self, error: WireError) -> web.Response:
        if self.wrong("500 for bad requests"):
            return web.Response(status=500, body=encode_error("oops"))
        if self.wrong("JSON errors"):
            return web.json_response({"error": str(error)}, status=400)
        if self.wrong("HTML errors"):
            return web.Response(
                status=400,
                text="<html><body><p>Bad Request</p></body></html>",
                content_type="text/html",
            )
        return web.Response(
            status=error.status, body=encode_error(str(error)), content_type="application/xml"
        )

    def _found(self, request: ExportRequest) -> list[Order]:
        window = request.window
        if self.wrong("end cut to the minute"):
            window = Window(start=request.start, end=request.end)
        if self.wrong("local time"):
            window = Window(start=window.start + ABROAD, end=window.end + ABROAD)
        if self.wrong("window ignored"):
            return list(self.book)
        if self.wrong("created date"):
            return [order for order in self.book if window.contains(order.placed_at)]
        if self.wrong("start excluded"):
            return [
                order
                for order in self.book
                if request.start.replace(second=59) < order.modified_at <= window.end
            ]
        return [order for order in self.book if window.contains(order.modified_at)]

    def _page(self, request: ExportRequest) -> web.Response:
        found = self._found(request)
        turn = next(self._turns)
        if self.wrong("order changes by the minute"):
            found = sorted(found, key=lambda order: (int(order.id) * (turn + 2)) % 31)
        number = 1 if self.wrong("page ignored") else request.page
        here = found[(number - 1) * PAGE : number * PAGE]
        if self.wrong("overlapping pages") and number > 1:
            here = found[(number - 1) * PAGE - 1 : number * PAGE]
        if self.wrong("hole in the middle") and number == 2:
            here = []
        pages = max(1, -(-len(found) // PAGE))
        if self.wrong("pages counted again"):
            pages += number - 1 if number < 3 else 0
        body = frame_page([encode_order(order) for order in here], pages)
        if not here and self.wrong("empty body for nothing"):
            return web.Response(body=b"")
        return web.Response(body=self._spoiled(body, request.page), headers=self._headers())

    def _spoiled(self, body: bytes, page: int) -> bytes:
        replaced = {
            "control character": (b"Ring twice", b"Ring\x0btwice"),
            "unsplit ]]> in CDATA": (b"Ring twice", b"Ring ]]> twice"),
            "not UTF-8": (b"Ring twice", b"Ring <![CDATA[\xe9]]>"),
            "declared as UTF-16": (b'encoding="utf-8"', b'encoding="utf-16"'),
            "empty country": (b"<Country>US</Country><Phone>", b"<Country></Country><Phone>"),
            "comma in amounts": (b"<OrderTotal>37.47<", b"<OrderTotal>1,037.47<"),
            "entities left": (b"Ring twice", b"Ring &amp;amp; knock"),
            "tags left": (b"Ring twice", b"Ring&lt;br&gt;twice"),
            "misread characters": (b"Ring twice", "CafÃ©".encode()),
            "no pages": (b" pages=", b" sheets="),
            "wrong root": (b"Orders", b"orders"),
            "pages in words": (b'pages="', b'pages="many'),
        }
        for fault, (right, wrong) in replaced.items():
            if self.wrong(fault):
                body = body.replace(right, wrong)
        return b"<html>" + body if self.wrong("second page broken") and page == 2 else body

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/xml; charset=utf-8", "Cache-Control": "no-store"}
        if self.wrong("labelled as HTML"):
            headers["Content-Type"] = "text/html; charset=utf-8"
        if self.wrong("labelled as Latin-1"):
            headers["Content-Type"] = "text/xml; charset=iso-8859-1"
        if self.wrong("cached"):
            headers |= {"Cache-Control": "public, max-age=600", "Age": "12"}
        if self.wrong("out of a cache"):
            headers |= {"Age": "12"}
        return headers

    async def _notify(self, request: web.Request) -> web.Response:
        body = await request.read()
        if self.wrong("unreadable notices ship everything"):
            self._ship(str(request.query["order_number"]))
            return web.Response()
        try:
            shipment = parse_notify(request.query, body)
        except WireError as error:
            return self._refusal(error)
        known = any(order.number == shipment.order_number for order in self.book)
        repeated = shipment.key() in {earlier.key() for earlier in self.shipments}
        if (repeated and self.wrong("repeats refused")) or (
            not shipment.tracking_number and self.wrong("label demanded")
        ):
            return web.Response(status=400, body=encode_error("refused"))
        if not known and not self.wrong("unknown orders taken"):
            return web.Response(status=404, body=encode_error("no such order"))
        self.shipments.append(shipment)
        if known and not self.wrong("status never moves"):
            self._ship(shipment.order_number)
        return web.Response()

    def _ship(self, number: str) -> None:
        now = datetime.now(UTC)
        self.book = [
            (
                msgspec.structs.replace(order, status=OrderStatus.SHIPPED, modified_at=now)
                if order.number == number
                else order
            )
            for order in self.book
        ]
