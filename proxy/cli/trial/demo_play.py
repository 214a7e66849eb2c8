"""ShipStation's part in the demo: what it does in a day, step by step, each with the promise that
must come true.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import msgspec
from aiohttp import ClientSession, ClientTimeout, encode_basic_auth
from lxml import etree

from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from proxy.app import Portside
from proxy.doors.custom_store.dates import format_date

STORE = "demo"
USERNAME = "demo"
PASSWORD = "demo-password"  # noqa: S105 -- printed for everybody to paste
SPAN = timedelta(days=8)
_TRACKING_FULL = "9400111899223817600001"
_TRACKING_PART = "9400111899223817600002"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing ShipStation did, and whether all of it came out right."""

    right: bool
    told: str


class _Item(msgspec.Struct, frozen=True, kw_only=True):
    line_id: str
    sku: str
    name: str
    quantity: int


class _Order(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    number: str
    status: str
    items: tuple[_Item, ...]


class Play:
    """Speaks to Portside as ShipStation does, and looks into the fake shop to see what came of
    it.
    """

    def __init__(
        self, portside: Portside, shop: FakeWooCommerceShop, client: ClientSession
    ) -> None:
        self._portside = portside
        self._shop = shop
        self._client = client
        self._url = f"http://{portside.public}/stores/{STORE}"
        self._orders: dict[str, _Order] = {}

    async def steps(self) -> AsyncIterator[Step]:
        """Everything, in order; a step that could not be played at all ends the play."""
        for step in (
            self._connect,
            self._import,
            self._ship_all,
            self._ship_part,
            self._repeat,
            self._import_again,
        ):
            played = await _played(step)
            yield played
            if not played.right:
                return

    async def _connect(self) -> Step:
        now = datetime.now(UTC)
        refused, _ = await self._get(now, now, 1, password="wrong")  # noqa: S106 -- the point
        status, body = await self._get(now, now, 1)
        right = refused == 401 and status == 200 and etree.fromstring(body).tag == "Orders"  # noqa: PLR2004 -- what HTTP calls them
        return Step(
            right=right,
            told=(
                f"test connection: a wrong password is answered {refused}, the right one {status}"
                " with XML"
            ),
        )

    async def _import(self) -> Step:
        now = datetime.now(UTC)
        pages, orders = await self._walk(now - SPAN, now)
        self._orders = {order.number: order for order in orders}
        held = await self._portside.exporter.ledger.list_held(STORE, limit=len(self._shop.book))
        known = {order.number for order in self._shop.book}
        right = (
            pages > 1
            and len(orders) == len(self._orders)
            and self._orders.keys() | {order.number for order in held} == known
        )
        words = sorted({order.status for order in orders})
        return Step(
            right=right,
            told=(
                f"import of the last {SPAN.days} days: {len(orders)} orders on {pages} pages"
                f" ({', '.join(words)}); {len(held)} left out"
                f" ({', '.join(sorted({order.reason for order in held}))})"
            ),
        )

    async def _ship_all(self) -> Step:
        order = self._paid(least=1)
        status = await self._notify(order, order.items, _TRACKING_FULL)
        right = (
            status == 200  # noqa: PLR2004 -- OK
            and self._state(order) == "completed"
            and self._seen(order) == [_TRACKING_FULL]
        )
        return Step(
            right=right,
            told=(
                f"order {order.number} shipped in full: {status}; in the shop it is"
                f" {self._state(order)}, with its tracking number"
            ),
        )

    async def _ship_part(self) -> Step:
        order = self._paid(least=2)
        status = await self._notify(order, order.items[:1], _TRACKING_PART)
        right = (
            status == 200  # noqa: PLR2004 -- OK
            and self._state(order) == "processing"
            and self._seen(order) == [_TRACKING_PART]
        )
        told = (
            f"order {order.number}, 1 of its {len(order.items)} lines shipped: {status}; in the"
            f" shop it is still {self._state(order)}"
        )
        return Step(right=right, told=told)

    async def _repeat(self) -> Step:
        order = self._paid(least=1)
        status = await self._notify(order, order.items, _TRACKING_FULL)
        seen = len(self._seen(order))
        return Step(
            right=status == 200 and seen == 1,  # noqa: PLR2004 -- OK
            told=(
                f"the same notice for order {order.number} again: {status}; the shop has its"
                f" tracking number {'once' if seen == 1 else f'{seen} times'}"
            ),
        )

    async def _import_again(self) -> Step:
        now = datetime.now(UTC)
        _, orders = await self._walk(now - timedelta(minutes=1), now)
        shipped = self._paid(least=1)
        now_shipped = [order.status for order in orders if order.number == shipped.number]
        return Step(
            right=now_shipped == ["shipped"],
            told=(
                f"the next import: order {shipped.number} comes back as"
                f" {' '.join(now_shipped) or 'nothing'}"
            ),
        )

    @property
    def spare(self) -> str:
        """The number of an imported order that the play has left alone."""
        return [order.number for order in self._orders.values() if order.status == "paid"][-1]

    def _paid(self, *, least: int) -> _Order:
        """The first imported order that waits for its parcel and has at least so many lines, one
        for each `least`.
        """
        fitting = (
            order
            for order in self._orders.values()
            if order.status == "paid" and min(len(order.items), 2) == least
        )
        return next(fitting)

    def _state(self, order: _Order) -> str:
        return self._shop.book[order.id].word or self._shop.book[order.id].status.value

    def _seen(self, order: _Order) -> list[str]:
        return [entry["tracking_number"] for entry in self._shop.desk.trackings.get(order.id, [])]

    async def _walk(self, start: datetime, end: datetime) -> tuple[int, list[_Order]]:
        orders: list[_Order] = []
        page = pages = 1
        while page <= pages:
            status, body = await self._get(start, end, page)
            root = etree.fromstring(body)
            if status != 200:  # noqa: PLR2004 -- what HTTP calls them
                raise RuntimeError(f"page {page} was answered {status}: {root.text}")
            pages = int(root.get("pages", "1"))
            orders += [_read_order(element) for element in root.iterfind("Order")]
            page += 1
        return pages, orders

    async def _get(
        self, start: datetime, end: datetime, page: int, password: str = PASSWORD
    ) -> tuple[int, bytes]:
        query = {
            "action": "export",
            "start_date": format_date(start),
            "end_date": format_date(end),
            "page": str(page),
        }
        async with self._client.get(self._url, params=query, headers=_login(password)) as answer:
            return answer.status, await answer.read()

    async def _notify(self, order: _Order, items: tuple[_Item, ...], tracking_number: str) -> int:
        query = {
            "action": "shipnotify",
            "order_number": order.number,
            "carrier": "USPS",
            "service": "Priority Mail",
            "tracking_number": tracking_number,
        }
        body = _notice(order, items, tracking_number)
        async with self._client.post(
            self._url, params=query, data=body, headers=_login(PASSWORD)
        ) as answer:
            return answer.status


def open_client() -> ClientSession:
    """A client as patient as ShipStation is thought to be."""
    return ClientSession(timeout=ClientTimeout(total=100))


async def _played(step: Callable[[], Awaitable[Step]]) -> Step:
    try:
        return await step()
    except (RuntimeError, StopIteration, OSError, etree.XMLSyntaxError) as error:
        return Step(
            right=False,
            told=(
                f"{step.__name__.strip('_').replace('_', ' ')}:"
                f" {str(error) or type(error).__name__}"
            ),
        )


def _login(password: str) -> dict[str, str]:
    return {"Authorization": encode_basic_auth(USERNAME, password)}


def _read_order(element: etree._Element) -> _Order:
    items = tuple(
        _Item(
            line_id=item.findtext("LineItemID", ""),
            sku=item.findtext("SKU", ""),
            name=item.findtext("Name", ""),
            quantity=int(item.findtext("Quantity", "0")),
        )
        for item in element.iterfind("Items/Item")
        if item.findtext("Adjustment", "false") != "true"
    )
    return _Order(
        id=element.findtext("OrderID", ""),
        number=element.findtext("OrderNumber", ""),
        status=element.findtext("OrderStatus", ""),
        items=items,
    )


def _notice(order: _Order, items: tuple[_Item, ...], tracking_number: str) -> bytes:
    notice = etree.Element("ShipNotice")
    today = datetime.now(UTC)
    facts = {
        "OrderID": order.id,
        "OrderNumber": order.number,
        "NotifyCustomer": "false",
        "LabelCreateDate": format_date(today),
        "ShipDate": f"{today:%m/%d/%Y}",
        "Carrier": "USPS",
        "Service": "Priority Mail",
        "TrackingNumber": tracking_number,
        "ShippingCost": "4.95",
    }
    for name, value in facts.items():
        etree.SubElement(notice, name).text = value
    listed = etree.SubElement(notice, "Items")
    for item in items:
        line = etree.SubElement(listed, "Item")
        for name, value in (
            ("LineItemID", item.line_id),
            ("SKU", item.sku),
            ("Name", item.name),
            ("Quantity", str(item.quantity)),
        ):
            etree.SubElement(line, name).text = value
    return etree.tostring(notice, encoding="utf-8", xml_declaration=True)
