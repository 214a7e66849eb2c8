"""What the tests of lists share: a shop, orders in it, and its pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.testing.requests import SeenRequest
from connectors.testing.trial import at
from tests.connectors.shopify.fake.shop import FakeShopify

BOTH = ("rest", "graphql")


@pytest.fixture
async def shop() -> AsyncIterator[FakeShopify]:
    async with FakeShopify() as fake:
        yield fake


def place(shop: FakeShopify, many: int) -> list[str]:
    return [shop.book.add(modified_at=at(number / 10)).id for number in range(many)]


def is_page(seen: SeenRequest) -> bool:
    """Whether a request asks for a page by time of change."""
    by_time = seen.path.endswith("/orders.json") and "order" in seen.query
    return by_time or "page_info" in seen.query or b"query Orders(" in seen.body


def rows_of(told: Any) -> Any:
    """The rows of a page, to be changed in place."""
    return told["orders"] if "orders" in told else told["data"]["orders"]["nodes"]
