"""ShipStation's part in the demo: what it does in a day, step by step, each with the promise that
must come true.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import msgspec
from yarl import URL

from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from proxy.app import Portside
from proxy.doors.custom_store.credentials import Credentials
from proxy.operator.account_jobs import PARCELS
from proxy.simulator.account.fake import FakeAccount
from proxy.simulator.account.traits import Fate
from proxy.simulator.answers import ReceivedOrder, UnreadablePageError, parse_document
from proxy.simulator.client import StoreClient
from proxy.simulator.notices import Line, Notice, read_lines
from proxy.simulator.poller import NoAnswerError, Poll, Poller, export_query
from proxy.storage.names import BooksName

STORE = "demo"
USERNAME = "demo"
PASSWORD = "demo-password"  # noqa: S105 -- printed for everybody to paste
SPAN = timedelta(days=8)
_LOGIN = Credentials(username=USERNAME, password=PASSWORD)
_WRONG = Credentials(username=USERNAME, password="wrong")  # noqa: S106 -- the point
# Seconds: how long it may take until the shop has a parcel that was found, and between two looks.
_PATIENCE, _LOOK = 20.0, 0.05
_TRACKING_FULL = "9400111899223817600001"
_TRACKING_PART = "9400111899223817600002"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing ShipStation did, and whether all of it came out right."""

    right: bool
    told: str


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """The shop, Portside in front of it with its file of settings, and the ShipStation account."""

    shop: FakeWooCommerceShop
    account: FakeAccount
    portside: Portside
    settings: Path


class StepError(Exception):
    """A step cannot be played; `str(error)` says why."""


class Play:
    """Speaks to Portside as ShipStation does, and looks into the fake shop to see the
    effect.
    """

    def __init__(self, stage: Stage, client: StoreClient) -> None:
        self._portside = stage.portside
        self._shop = stage.shop
        self._account = stage.account
        self._client = client
        self._orders: dict[str, ReceivedOrder] = {}

    async def steps(self) -> AsyncIterator[Step]:
        """Everything, in order; a step that could not be played at all ends the play."""
        for step in (
            self._connect,
            self._import,
            self._ship_all,
            self._ship_part,
            self._repeat,
            self._import_again,
            self._lose_notice,
            self._find_lost,
        ):
            played = await _play(step)
            yield played
            if not played.right:
                return

    async def _connect(self) -> Step:
        now = datetime.now(UTC)
        query = export_query(now, now, 1)
        stranger = self._client.with_login(self._client.login, _WRONG)
        refused, answer = await stranger.fetch(query), await self._client.fetch(query)
        right = (
            refused.status == HTTPStatus.UNAUTHORIZED
            and answer.status == HTTPStatus.OK
            and parse_document(answer).tag == "Orders"
        )
        return Step(
            right=right,
            told=(
                f"test connection: a wrong password is answered {refused.status}, the right one"
                f" {answer.status} with XML"
            ),
        )

    async def _import(self) -> Step:
        now = datetime.now(UTC)
        poll = await self._walk(now - SPAN, now)
        self._orders = {order.number: order for order in poll.orders}
        ledger = self._portside.exporter.ledger
        held = await ledger.list_held(BooksName(STORE), limit=len(self._shop.book))
        known = {order.number for order in self._shop.book}
        right = (
            poll.pages > 1
            and len(poll.orders) == len(self._orders)
            and self._orders.keys() | {order.number for order in held} == known
        )
        words = sorted({order.status for order in poll.orders})
        return Step(
            right=right,
            told=(
                f"import of the last {SPAN.days} days: {len(poll.orders)} orders on"
                f" {poll.pages} pages ({', '.join(words)}); {len(held)} left out"
                f" ({', '.join(sorted({order.reason for order in held}))})"
            ),
        )

    async def _ship_all(self) -> Step:
        order = self._find_paid(lines=1)
        status = await self._notify(order, read_lines(order), _TRACKING_FULL)
        right = (
            status == HTTPStatus.OK
            and self._read_state(order) == "completed"
            and self._find_tracking_numbers(order) == [_TRACKING_FULL]
        )
        return Step(
            right=right,
            told=(
                f"order {order.number} shipped in full: {status}; in the shop it is"
                f" {self._read_state(order)}, with its tracking number"
            ),
        )

    async def _ship_part(self) -> Step:
        order = self._find_paid(lines=2)
        lines = read_lines(order)
        status = await self._notify(order, lines[:1], _TRACKING_PART)
        right = (
            status == HTTPStatus.OK
            and self._read_state(order) == "processing"
            and self._find_tracking_numbers(order) == [_TRACKING_PART]
        )
        told = (
            f"order {order.number}, 1 of its {len(lines)} lines shipped: {status}; in the"
            f" shop it is still {self._read_state(order)}"
        )
        return Step(right=right, told=told)

    async def _repeat(self) -> Step:
        order = self._find_paid(lines=1)
        status = await self._notify(order, read_lines(order), _TRACKING_FULL)
        seen = len(self._find_tracking_numbers(order))
        return Step(
            right=status == HTTPStatus.OK and seen == 1,
            told=(
                f"the same notice for order {order.number} again: {status}; the shop has its"
                f" tracking number {'once' if seen == 1 else f'{seen} times'}"
            ),
        )

    async def _import_again(self) -> Step:
        now = datetime.now(UTC)
        poll = await self._walk(now - timedelta(minutes=1), now)
        shipped = self._find_paid(lines=1)
        now_shipped = [order.status for order in poll.orders if order.number == shipped.number]
        return Step(
            right=now_shipped == ["shipped"],
            told=(
                f"the next import: order {shipped.number} comes back as"
                f" {' '.join(now_shipped) or 'nothing'}"
            ),
        )

    async def _lose_notice(self) -> Step:
        store = await self._account.connect_store(
            "Demo",
            f"http://{self._portside.public}/stores/{STORE}",
            _LOGIN,
            since=datetime.now(UTC) - SPAN,
            # The play polled already, and a store is polled by one ShipStation alone.
            trial=True,
        )
        await self._account.import_orders(store)
        order = self._orders[self.lost]
        label = self._account.make_label(
            self._account.find_order(order.number), fate=Fate.LOST_WITH_ERROR
        )
        return Step(
            right=not self._find_tracking_numbers(order),
            told=(
                f"order {order.number}: a label is made ({label.tracking_number}), and its notice"
                f" gets lost on the way; in the shop the order is still {self._read_state(order)}"
            ),
        )

    async def _find_lost(self) -> Step:
        order = self._orders[self.lost]
        await self._portside.accounts.hurry(STORE, PARCELS)
        await self._wait_for_shop(order)
        [label] = self._account.books.shipments.values()
        right = self._find_tracking_numbers(order) == [label.tracking_number]
        return Step(
            right=right and self._read_state(order) == "completed",
            told=(
                "Portside compares the account's labels with its own records (at once here, every"
                f" 15 minutes by itself) and finds the parcel: in the shop order {order.number} is"
                f" {self._read_state(order)}, with its tracking number"
            ),
        )

    async def _wait_for_shop(self, order: ReceivedOrder) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                while True:
                    if self._read_state(order) == "completed":
                        return
                    await asyncio.sleep(_LOOK)
        except TimeoutError:
            raise StepError(f"the shop was not told about order {order.number}") from None

    @property
    def spare(self) -> str:
        """The number of an imported order that the play has left alone."""
        return self._list_paid()[-1]

    @property
    def lost(self) -> str:
        """The number of the order whose notice gets lost."""
        return self._list_paid()[-2]

    def _list_paid(self) -> list[str]:
        return [order.number for order in self._orders.values() if order.status == "paid"]

    def _find_paid(self, *, lines: int) -> ReceivedOrder:
        """The first imported order that waits for its parcel and has that many lines; two stands
        for two or more.
        """
        for order in self._orders.values():
            if order.status == "paid" and min(len(read_lines(order)), 2) == lines:
                return order
        raise StepError("no imported order is left to ship")

    def _read_state(self, order: ReceivedOrder) -> str:
        return self._shop.book[order.id].word or self._shop.book[order.id].status.value

    def _find_tracking_numbers(self, order: ReceivedOrder) -> list[str]:
        return [entry["tracking_number"] for entry in self._shop.desk.trackings.get(order.id, [])]

    async def _walk(self, start: datetime, end: datetime) -> Poll:
        poll = await Poller(self._client, since=start).walk(start, end)
        if not poll.is_finished:
            raise StepError(poll.error)
        return poll

    async def _notify(
        self, order: ReceivedOrder, lines: tuple[Line, ...], tracking_number: str
    ) -> int:
        notice = msgspec.structs.replace(
            Notice.about(order, shipped_at=datetime.now(UTC), tracking_number=tracking_number),
            lines=lines,
            carrier="USPS",
            service="Priority Mail",
        )
        answer = await self._client.tell(notice.query(), notice.body())
        return answer.status


def open_client(portside: Portside) -> AbstractAsyncContextManager[StoreClient]:
    """ShipStation as the demo's store sees it: what it is given counts."""
    url = URL(f"http://{portside.public}/stores/{STORE}")
    return StoreClient.open(url, _LOGIN, trial=False)


async def _play(step: Callable[[], Awaitable[Step]]) -> Step:
    try:
        return await step()
    except (NoAnswerError, UnreadablePageError, StepError) as error:
        return Step(
            right=False,
            told=(
                f"{step.__name__.strip('_').replace('_', ' ')}:"
                f" {str(error) or type(error).__name__}"
            ),
        )
