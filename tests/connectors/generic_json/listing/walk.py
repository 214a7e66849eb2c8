"""One walk over a made-up shop's list of orders, and a page as such a shop answers it."""

from typing import Any

from connectors.orders import Order, RejectedOrder
from connectors.testing.trial import WINDOW
from tests.connectors.generic_json.shops import connected


async def walk_list(
    shop: Any, changes: dict[str, Any] | None = None
) -> list[Order | RejectedOrder]:
    async with connected(shop, changes) as connector:
        return [each async for each in connector.list_orders(WINDOW)]


def make_page(*orders: dict[str, Any]) -> dict[str, Any]:
    return {"orders": list(orders), "count": len(orders)}
