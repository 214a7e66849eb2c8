"""Which request is which, over both of Shopify's APIs, and where the rows of an answer are."""

from __future__ import annotations

from typing import Any

from connectors.testing.requests import SeenRequest


def is_page(seen: SeenRequest) -> bool:
    """A page of orders by time of change."""
    by_time = seen.path.endswith("/orders.json") and "order" in seen.query
    return by_time or "page_info" in seen.query or b"query Orders(" in seen.body


def is_first_page(seen: SeenRequest) -> bool:
    """The first of them."""
    return is_page(seen) and "page_info" not in seen.query and b'"after":"' not in seen.body


def is_later_page(seen: SeenRequest) -> bool:
    """Any other."""
    return is_page(seen) and not is_first_page(seen)


def is_by_id(seen: SeenRequest) -> bool:
    """Ids behind an id."""
    return "since_id" in seen.query or b"query Stamps(" in seen.body


def is_list(seen: SeenRequest) -> bool:
    """Any list of orders."""
    by_ids = "ids" in seen.query or b"query OrdersById(" in seen.body
    return is_page(seen) or is_by_id(seen) or by_ids


def is_count(seen: SeenRequest) -> bool:
    """A count, also beside the holds."""
    return seen.path.endswith("/count.json") or b"ordersCount(" in seen.body


def is_whole(seen: SeenRequest) -> bool:
    """An answer that holds orders with all their fields."""
    if is_by_id(seen):
        return False
    single = "/orders/" in seen.path and "fields" in seen.query
    return is_list(seen) or single


def names_order(seen: SeenRequest, number: str) -> bool:
    """Whether a request for orders by id asks for this one."""
    if "ids" in seen.query:
        return number in seen.query["ids"].split(",")
    if seen.path.endswith(f"/orders/{number}.json"):
        return True
    return b'Order/%s"' % number.encode() in seen.body


def find_list(told: Any) -> dict[str, Any]:
    """What holds the rows and the page's own words."""
    if "data" not in told:
        return {"rows": told.get("orders", []), "key": "orders", "holder": told, "info": {}}
    data = told["data"]
    holder = data.get("orders") or data
    return {
        "rows": holder.get("nodes", []),
        "key": "nodes",
        "holder": holder,
        "info": holder.get("pageInfo", {}),
    }


def set_count(told: Any, count: int) -> None:
    """Say another count."""
    if "count" in told:
        told["count"] = count
    elif told.get("data", {}).get("ordersCount") is not None:
        told["data"]["ordersCount"]["count"] = count


def read_count(told: Any) -> int:
    """The count as it is."""
    counted = told["count"] if "count" in told else told["data"]["ordersCount"]["count"]
    return int(counted)
