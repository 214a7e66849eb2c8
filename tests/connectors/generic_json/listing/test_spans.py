"""A shop that takes a short span alone is asked in slices, and every order of a long one comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from connectors.orders import Window
from connectors.testing.shops.json_shop import FakeJsonShop, Style
from connectors.testing.trial import ids
from tests.connectors.generic_json.shops import connected

LONGEST = timedelta(days=31)
WINDOW = Window(start=datetime(2026, 1, 1, tzinfo=UTC), end=datetime(2026, 3, 2, 11, tzinfo=UTC))


class ShortShop(FakeJsonShop):
    """Takes 31 days a request."""

    def select_orders(self, start: str | None, end: str | None, state: str | None) -> list[Any]:
        """See `FakeJsonShop`."""
        begun, ended = (datetime.fromisoformat(each) for each in (start or "", end or ""))
        if ended - begun > LONGEST:
            raise web.HTTPBadRequest(text='{"error": {"message": "At most 31 days."}}')
        return super().select_orders(start, end, state)


@pytest.mark.parametrize("style", [Style.PAGE, Style.CURSOR, Style.KEYSET])
async def test_each_order_of_a_long_span_comes_once(style: Style) -> None:
    block = {
        "auth": {"kind": "bearer", "token": "sesame-opens-the-shop"},
        "orders": {"window": {"longest": "31d"}, "open": {"all": False, "reach": "90d"}},
    }
    async with ShortShop(style) as shop:
        shop.clock.set(WINDOW.end)
        edge = WINDOW.start + LONGEST - timedelta(seconds=4)
        moments = [*(WINDOW.start + timedelta(days=5 * n) for n in range(12)), edge]
        placed = [shop.book.add(modified_at=moment).id for moment in sorted(moments)]
        async with connected(shop, block, style) as connector:
            assert await ids(connector, WINDOW) == placed
            assert await connector.count_orders(WINDOW) is None
            short = Window(start=WINDOW.start, end=WINDOW.start + timedelta(days=8))
            assert await connector.count_orders(short) == (2 if style is Style.PAGE else None)
            report = await connector.check()
    assert all("At most" not in finding.what for finding in report.findings)
