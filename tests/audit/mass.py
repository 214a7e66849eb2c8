"""Many orders with each kind of fault among them: a shop, Portside in front of it, and a fake
ShipStation account, over real sockets. It is known of each order what is wrong with it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

from connectors.errors import OrderNotFoundError, PermanentError, UnavailableError
from connectors.interface import ShipOutcome
from connectors.orders import Order, OrderId, OrderStatus, RejectedOrder, Window
from connectors.shipments import Shipment
from connectors.testing.clock import Clock
from proxy.account.audit import AccountReader
from proxy.account.client import AccountClient
from proxy.export.ledger import Ledger
from proxy.operator.audit.auditor import Auditor, AuditReport
from proxy.rules.audit.faults import FaultKind
from proxy.simulator.account.fake import FakeAccount
from proxy.simulator.account.rows import OrderRow
from proxy.simulator.account.stores import Store
from proxy.simulator.account.traits import Fate, Traits
from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.order_records import OrderRecords
from tests.account.stage import build_settings
from tests.builders import build_address, build_customer, build_item, build_order
from tests.export.play.world import build_store
from tests.server.stall import Stall, open_front
from tests.simulator.store import LOGIN

HOUR = timedelta(hours=1)
FILTERS: dict[str, Any] = {"filters": {"exclude_tags": ["local"]}}
# Faults of orders that came into ShipStation long ago.
_OLD = (FaultKind.STUCK, FaultKind.GIVEN_TWICE)
_LEFT_OUT = (FaultKind.FILTERED, FaultKind.OPEN_THOUGH_FILTERED)
KINDS = [kind for kind in FaultKind if kind is not FaultKind.EARLY]


class Shop(Stall):
    """A stall that follows its notices, and refuses or fails over some; `hidden` orders are not
    listed.
    """

    def __init__(self, orders: Sequence[Order | RejectedOrder], now: datetime) -> None:
        super().__init__(orders)
        self.now = now
        self.hidden: set[str] = set()
        self.refused: set[str] = set()
        self.failing: set[str] = set()

    async def list_orders(self, window: Window) -> AsyncGenerator[Order | RejectedOrder, None]:
        async for order in super().list_orders(window):
            if order.id not in self.hidden:
                yield order

    async def find_order_id(self, number: str) -> OrderId:
        for order in self.orders:
            if order.number == number:
                return order.id
        raise OrderNotFoundError(f"the shop has no order {number}")

    async def ship(self, shipment: Shipment, earlier: Sequence[Shipment]) -> ShipOutcome:
        if shipment.order_id in self.refused:
            raise PermanentError("the shop answered 409: the order is locked")
        if shipment.order_id in self.failing:
            raise UnavailableError("the shop answered 502")
        self.edit(shipment.order_id, status=OrderStatus.SHIPPED)
        return await super().ship(shipment, earlier)

    def edit(self, order_id: str, **changes: object) -> None:
        """Change an order five hours ago."""
        at = next(at for at, order in enumerate(self.orders) if order.id == order_id)
        dated = {"modified_at": self.now - 5 * HOUR, **changes}
        self.orders[at] = msgspec.structs.replace(self.orders[at], **dated)


class Outcome(msgspec.Struct):
    """What was seeded and what was found: kinds by the number of the order."""

    seeded: Mapping[str, FaultKind]
    report: AuditReport
    requests: int
    seconds: float

    @property
    def found(self) -> Mapping[str, list[FaultKind]]:
        """The kinds that the audit names, faults and what is meant."""
        found: dict[str, list[FaultKind]] = {}
        for fault in (*self.report.findings, *self.report.meant):
            found.setdefault(fault.order, []).append(fault.kind)
        return found


async def play(count: int, folder: Path) -> Outcome:
    """Seed and audit `count` orders, one in a hundred of them (one at least) with each fault."""
    now = datetime.now(UTC)
    mass = _Mass(count, now)
    async with (
        open_front(mass.shop, folder, store=FILTERS) as front,
        FakeAccount(Clock(now - 100 * HOUR), traits=Traits(limit=100_000)) as account,
    ):
        store = await account.connect_store(
            "North", f"http://{front.public}/stores/north", LOGIN, since=now - 130 * HOUR
        )
        await mass.import_all(account, store)
        await mass.spoil(account, store)
        await account.advance(22 * HOUR)
        return await _audit(mass, account, folder, store)


async def _audit(mass: _Mass, account: FakeAccount, folder: Path, store: Store) -> Outcome:
    begun, asked = perf_counter(), len(account.calls)
    settings = build_settings(account, rate="40/m")
    async with (
        Database.open(f"sqlite:///{folder}/portside.db") as database,
        AccountClient.open(settings, database) as client,
    ):
        auditor = Auditor(
            build_store(mass.shop, **FILTERS),
            OrderRecords(database),
            Ledger(DatabaseExportStorage(database)),
            AccountReader(client, store.store_id),
        )
        # What is recorded by the machine's clock is then older than what may be on its way.
        now = mass.now + 2 * HOUR
        window = Window(start=now - timedelta(days=7), end=now)
        report = await auditor.audit(window, stuck=48 * HOUR)
    return Outcome(
        seeded=mass.seeded,
        report=report,
        requests=len(account.calls) - asked,
        seconds=perf_counter() - begun,
    )


class _Mass:
    """The orders, and what is to become of each."""

    def __init__(self, count: int, now: datetime) -> None:
        self.now = now
        each = max(1, count // 100)
        kinds = [kind for kind in KINDS for _ in range(each)]
        self.kinds = {str(5000 + at): kind for at, kind in enumerate(kinds)}
        self.sound = [str(5000 + at) for at in range(len(kinds), count)]
        self.shop = Shop([*self._build_orders()], now)
        self.shop.hidden = {*self._list(FaultKind.NEVER_GIVEN)}
        self.shop.refused = {*self._list(FaultKind.REFUSED)}
        self.shop.failing = {*self._list(FaultKind.WAITING)}
        self.seeded = {f"N-{key}": kind for key, kind in self.kinds.items()}

    def _list(self, *kinds: FaultKind) -> list[str]:
        return [key for key, kind in self.kinds.items() if kind in kinds]

    def _build_orders(self) -> Iterator[Order | RejectedOrder]:
        for key, kind in self.kinds.items():
            if kind is FaultKind.UNREADABLE:
                moment = self.now - 22 * HOUR
                reason = "total: expected money, found 'abc'"
                yield RejectedOrder(
                    id=OrderId(key), number=f"N-{key}", modified_at=moment, reason=reason
                )
            elif kind is not FaultKind.UNKNOWN:
                yield self._build_order(key, kind)
        for key in self.sound:
            yield self._build_order(key)

    def _build_order(self, key: str, kind: FaultKind | None = None) -> Order:
        age = 105 if kind in _OLD else 22
        place = build_address(**{} if kind is not FaultKind.INVALID else {"line1": "", "city": ""})
        return build_order(
            id=OrderId(key),
            number=f"OLD-{key}" if kind is FaultKind.GIVEN_TWICE else f"N-{key}",
            placed_at=self.now - (age + 1) * HOUR,
            modified_at=self.now - age * HOUR,
            customer=build_customer(ship_to=place),
            items=(build_item(id=f"{key}1", quantity=1),),
            tags=("local",) if kind in _LEFT_OUT else (),
        )

    async def import_all(self, account: FakeAccount, store: Store) -> None:
        """The old orders come in a hundred hours ago, the others twenty."""
        await account.import_orders(store)
        for key in self._list(FaultKind.GIVEN_TWICE):
            self.shop.edit(key, number=f"N-{key}", modified_at=self.now - 22 * HOUR)
        await account.advance(80 * HOUR)
        await account.import_orders(store)
        for key in self._list(FaultKind.GIVEN_TWICE):
            account.add_order(store, f"OLD-{key}", {"MUG-1": 1})

    async def spoil(self, account: FakeAccount, store: Store) -> None:
        """Ship what is to be shipped, and spoil what is to be spoilt."""
        other = account.add_store("Other")
        await self._ship_sound(account, store, other)
        spoilers = _Spoilers(self.shop, account, store, other).list_all()
        # A shop that fails is left alone for a while, so the notices that fail come last.
        for key, kind in sorted(self.kinds.items(), key=lambda each: each[1] is FaultKind.WAITING):
            if kind in spoilers:
                spoilers[kind](key)
        await account.settle()
        self.shop.hidden = set()
        for key in self._list(FaultKind.VOIDED):
            (label,) = account.books.list_parcels(account.find_order(f"N-{key}"))
            account.void(label)
        for key in self._list(FaultKind.SHIPPED_THOUGH_CANCELLED):
            self.shop.edit(key, status=OrderStatus.CANCELLED)

    async def _ship_sound(self, account: FakeAccount, store: Store, other: Store) -> None:
        """A third of the sound orders is shipped by label, some marked as shipped, some returned,
        some split, some voided before they were told; some have a namesake in another store.
        """
        for at, key in enumerate(self.sound):
            order = account.find_order(f"N-{key}", store)
            if at % 3 == 0:
                account.make_label(order, fate=Fate.REPEATED if at % 9 == 0 else Fate.SENT)
            elif at % 10 == 1:
                account.mark_shipped(order, f"M-{key}" if at % 20 == 1 else "")
            elif at % 10 == 2:
                account.void(account.make_label(order, fate=Fate.OFF))
            elif at % 10 == 4:
                account.add_order(other, order.order_number, {"MUG-1": 1})
            elif at % 10 == 5:
                account.add_order(store, f"{order.order_number}-1", {"MUG-1": 1})
            if at % 12 == 0:
                account.return_label(order)
        await account.settle()


class _Spoilers:
    """What makes each kind of fault of an order that came in."""

    def __init__(self, shop: Shop, account: FakeAccount, store: Store, other: Store) -> None:
        self._shop = shop
        self._account = account
        self._store = store
        self._other = other

    def list_all(self) -> Mapping[FaultKind, Callable[[str], object]]:
        """By kind; the others come by themselves."""
        cancelled, shipped = OrderStatus.CANCELLED, OrderStatus.SHIPPED
        return {
            FaultKind.MISSING: self._delete,
            FaultKind.IN_OTHER_STORE: self._move,
            FaultKind.OPEN_THOUGH_FILTERED: self._type,
            FaultKind.DOUBLED: self._type,
            FaultKind.UNKNOWN: self._type,
            FaultKind.NOT_IN_SHOP: self._delete_here,
            FaultKind.CANCELLED_HERE: lambda key: self._shop.edit(key, status=cancelled),
            FaultKind.CANCELLED_THERE: lambda key: self._set_status(key, "cancelled"),
            FaultKind.SHIPPED_HERE: lambda key: self._shop.edit(key, status=shipped),
            FaultKind.SHIPPED_THERE: lambda key: self._label(key, Fate.LOST_SILENTLY),
            FaultKind.SHIPPED_THOUGH_CANCELLED: lambda key: self._label(key, Fate.SENT),
            FaultKind.REFUSED: lambda key: self._label(key, Fate.SENT),
            FaultKind.WAITING: lambda key: self._label(key, Fate.SENT),
            FaultKind.VOIDED: lambda key: self._label(key, Fate.SENT),
            FaultKind.OTHER_STATUS: lambda key: self._set_status(key, "awaiting_payment"),
        }

    def _find(self, key: str) -> OrderRow:
        return self._account.find_order(f"N-{key}", self._store)

    def _delete(self, key: str) -> None:
        del self._account.books.orders[self._find(key).order_id]

    def _delete_here(self, key: str) -> None:
        self._shop.orders = [order for order in self._shop.orders if order.id != key]

    def _move(self, key: str) -> None:
        order = self._find(key)
        order.advanced_options = msgspec.structs.replace(
            order.advanced_options, store_id=self._other.store_id
        )

    def _type(self, key: str) -> None:
        self._account.add_order(self._store, f"N-{key}", {"MUG-1": 1})

    def _set_status(self, key: str, status: str) -> None:
        order = self._find(key)
        order.order_status = status
        self._account.books.touch(order)

    def _label(self, key: str, fate: Fate) -> None:
        self._account.make_label(self._find(key), fate=fate)
