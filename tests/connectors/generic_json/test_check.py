"""A check says whether the last week's orders can be read, and what the settings lack."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.interface import CheckLevel
from connectors.testing.faults import Misdated
from tests.connectors.generic_json.listing.walk import make_page
from tests.connectors.generic_json.shops import TinyShop, connected, order, status

NOW = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()


@pytest.mark.parametrize(
    ("answers", "changes", "level", "says"),
    [
        (
            {"GET /api/orders": make_page(order(1, changed=NOW))},
            {},
            CheckLevel.OK,
            "The one order of the last seven days can be read",
        ),
        ({"GET /api/orders": make_page()}, {}, CheckLevel.OK, "it holds no order"),
        ({"GET /api/orders": status(401, {})}, {}, CheckLevel.PROBLEM, "cannot be read"),
        (
            {"GET /api/orders": make_page(order(1, changed=NOW, amounts={"total": "x"}))},
            {},
            CheckLevel.PROBLEM,
            "1 of 1 orders cannot be read",
        ),
        (
            {"GET /api/orders": make_page()},
            {"shipment": {"probe": None}},
            CheckLevel.WARNING,
            "has no `probe`",
        ),
        (
            {"GET /api/orders": make_page()},
            {"shipment": None},
            CheckLevel.WARNING,
            "no `shipment` block",
        ),
    ],
)
async def test_a_check_says_what_it_found(
    answers: dict[str, Any], changes: dict[str, Any], level: CheckLevel, says: str
) -> None:
    async with TinyShop(answers) as shop, connected(shop, changes) as connector:
        report = await connector.check()
    assert any(finding.level is level and says in finding.what for finding in report.findings), (
        report
    )


async def test_a_check_tells_of_a_shop_whose_clock_is_wrong() -> None:
    async with TinyShop({"GET /api/orders": make_page()}) as shop, connected(shop) as connector:
        shop.faults.add(Misdated(-900), times=None)
        report = await connector.check()
    assert report.findings[-1].what.startswith("The shop's clock runs 15 minutes behind ours")
