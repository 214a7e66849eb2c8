"""A kind of shop that lives inside the process: orders lie on a stall, and a test says what goes
wrong there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from connectors.errors import ConnectorError, OrderNotFoundError
from connectors.interface import (
    CheckLevel,
    CheckReport,
    Connector,
    ConnectorContext,
    ConnectorSettings,
    ConnectorType,
    Finding,
    Remark,
    ShipOutcome,
)
from connectors.orders import Order, RejectedOrder, Window
from connectors.registry import ConnectorTypeError
from connectors.shipments import Shipment
from connectors.upstream.policy import UpstreamPolicy
from proxy.app import Portside, open_portside
from proxy.settings.models import Settings
from tests.databases import make_migrated_file


class Stall:
    """The shop itself.

    `error` is raised by whatever is asked; `gate`, when cleared, keeps an answer back; `asked`
    tells of each question. With each window it makes the `remarks` to `context`, which Portside
    opened it with.
    """

    def __init__(self, orders: Sequence[Order | RejectedOrder] = ()) -> None:
        self.orders = list(orders)
        self.shipped: list[Shipment] = []
        self.error: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()
        self.remarks: list[Remark] = []
        self.context = ConnectorContext(store="north", upstream=UpstreamPolicy())

    async def _answer(self) -> None:
        self.asked.set()
        await self.gate.wait()
        if self.error is not None:
            raise self.error

    async def list_orders(self, window: Window) -> AsyncGenerator[Order | RejectedOrder, None]:
        await self._answer()
        for remark in self.remarks:
            self.context.remark(remark)
        for order in self.orders:
            if order.modified_at is None or window.contains(order.modified_at):
                yield order

    async def list_open_orders(self) -> AsyncGenerator[Order | RejectedOrder, None]:
        for order in self.orders:
            yield order

    async def count_orders(self, window: Window) -> int | None:
        await self._answer()
        return sum(
            order.modified_at is None or window.contains(order.modified_at) for order in self.orders
        )

    async def get_order(self, order_id: str) -> Order | RejectedOrder:
        for order in self.orders:
            if order.id == order_id:
                return order
        raise OrderNotFoundError(f"the shop has no order {order_id}")

    async def ship(self, shipment: Shipment, earlier: Sequence[Shipment]) -> ShipOutcome:  # noqa: ARG002 -- the protocol's shape
        await self._answer()
        self.shipped.append(shipment)
        return ShipOutcome()

    async def check(self) -> CheckReport:
        if isinstance(self.error, ConnectorError):
            return CheckReport(
                findings=(
                    Finding(level=CheckLevel.PROBLEM, what=str(self.error), advice="mend it"),
                )
            )
        return CheckReport(findings=(Finding(level=CheckLevel.OK, what="all well"),))


class StallSettings(ConnectorSettings):
    """Nothing but the type."""


@asynccontextmanager
async def open_front(stall: Stall, folder: Path, **changes: Any) -> AsyncIterator[Portside]:
    """Portside in front of a stall, as the store `north`, on free ports and SQLite: in the
    `folder`, whose file is made with all tables unless it is there.
    """
    stopping = changes.pop("stopping", lambda: False)
    store = {
        "credentials": [{"username": "north", "password": "pass-word"}, {"auth_key": "key-key"}],
        "connector": StallSettings(type="stall"),
        **changes.pop("store", {}),
    }
    settings = Settings.model_validate(
        {
            "listen": "127.0.0.1:0",
            "admin": {"listen": "127.0.0.1:0"},
            "database": make_migrated_file(folder / "portside.db"),
            "stores": {"north": store},
            **changes,
        }
    )

    @asynccontextmanager
    async def open_stall(
        _settings: StallSettings, context: ConnectorContext
    ) -> AsyncIterator[Connector]:
        stall.context = context
        yield stall

    def find_kind(name: str) -> ConnectorType:
        if name != "stall":
            raise ConnectorTypeError(f"expected 'stall', found {name!r}")
        return ConnectorType(name="stall", settings=StallSettings, open=open_stall)

    async with open_portside(settings, find_kind, stopping=stopping) as portside:
        yield portside
