"""`portside check` on lists of orders that cannot be believed, or not be read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.testing.faults import Answer
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.connectors.shopify.test_check import check, shop

__all__ = ["shop"]


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ("page", 0, "Set `page_size: 25`"),
        ("order", 0, "reads the orders by id and holds those that fail"),
        ("count", 0, "Shopify counts 7 orders, and its list ends after 4"),
        ("rows", 0, "reads by id what the list leaves out"),
        ("unreadable", 1, "1 of the last 4 orders cannot be read"),
    ],
)
async def test_a_list_that_cannot_be_believed_is_named_with_what_to_do(
    shop: FakeShopify, tmp_path: Path, wrong: str, status: int, said: str
) -> None:
    for _ in range(4):
        shop.book.add(modified_at=datetime.now(UTC))
    fails = Answer(500, "{}")
    if wrong == "page":
        shop.faults.add(fails, when=lambda seen: seen.query.get("limit") == "250", times=None)
    elif wrong == "order":
        shop.faults.add(fails, when=lambda seen: "order" in seen.query, times=None)
    elif wrong == "count":
        shop.counts_too_many = 3
    elif wrong == "rows":
        shop.changes.append(
            (
                lambda seen: seen.path.endswith("/orders.json"),
                lambda told, _: told["orders"].append({"error": "no"}),
            )
        )
    else:
        next(iter(shop.book)).spoiled = True
    code, output = await check(shop, tmp_path, export={"sweep": "1h"})
    assert said in " ".join(output.split())
    assert code == status
