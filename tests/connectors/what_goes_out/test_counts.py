"""`check` counts, for each kind of shop, what of its last orders would stay behind, by reason."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime

import pytest

from connectors.orders import Order, RejectedOrder, Window
from proxy.operator.checks.sample import MOST, sample_findings
from proxy.rules.reasons import group_reason
from tests.connectors.what_goes_out.cells import Example, Situation, Word, load_table
from tests.connectors.what_goes_out.readers import read_example
from tests.export.play.book import BookConnector, OrderBook
from tests.export.play.world import build_store

TABLE = load_table()
CARRIED = (Situation.PICKUP, Situation.LOCAL_DELIVERY, Situation.OTHER_SERVICE)


class Listing(BookConnector):
    """Gives these orders, whatever is asked for."""

    def __init__(self, orders: Sequence[Order]) -> None:
        super().__init__(OrderBook(lambda: datetime.now(UTC)))
        self._orders = orders

    async def list_orders(self, window: Window) -> AsyncGenerator[Order | RejectedOrder, None]:  # noqa: ARG002 -- the protocol's shape
        for order in self._orders:
            yield order


@pytest.mark.parametrize("name", TABLE)
async def test_orders_that_the_buyer_collects_or_others_bring_are_counted(name: str) -> None:
    platform = TABLE[name]
    left = [
        (order, example.left_out)
        for situation in CARRIED
        for example in platform.cells[situation].examples
        if example.left_out and isinstance(order := read_example(platform, example), Order)
    ]
    plain = read_example(platform, Example(says=Word.PARCEL))
    assert isinstance(plain, Order)
    assert 1 <= len(left) < MOST
    findings = await sample_findings(build_store(Listing([*(one for one, _ in left), plain])))
    (counted,) = (one.what for one in findings if "kept back by a filter" in one.what)
    assert counted.startswith(f"{len(left)} of {len(left) + 1} orders")
    for reason in {reason for _, reason in left}:
        assert reason in counted, group_reason(reason)
