"""Which request is which over both of Shopify's APIs, and where things stand in their answers."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from connectors.testing.requests import SeenRequest


class ShopifyAnatomy:
    """See `Anatomy`."""

    def is_page(self, seen: SeenRequest) -> bool:
        """See `Anatomy`, as for all below."""
        by_time = seen.path.endswith("/orders.json") and "order" in seen.query
        return by_time or "page_info" in seen.query or b"query Orders(" in seen.body

    def is_later(self, seen: SeenRequest) -> bool:
        """See `Anatomy`."""
        return self.is_page(seen) and ("page_info" in seen.query or b'"after":"' in seen.body)

    def is_by_id(self, seen: SeenRequest) -> bool:
        """Ids and times behind an id."""
        return "since_id" in seen.query or b"query Stamps(" in seen.body

    def is_list(self, seen: SeenRequest) -> bool:
        """See `Anatomy`."""
        by_ids = "ids" in seen.query or b"query OrdersById(" in seen.body
        return self.is_page(seen) or self.is_by_id(seen) or by_ids

    def is_whole(self, seen: SeenRequest) -> bool:
        """See `Anatomy`."""
        single = "/orders/" in seen.path and "fields" in seen.query
        return single or (self.is_list(seen) and not self.is_by_id(seen))

    def is_counted(self, seen: SeenRequest) -> bool:
        """See `Anatomy`; by GraphQL also beside the holds."""
        return seen.path.endswith("/count.json") or b"ordersCount(" in seen.body

    def names_order(self, seen: SeenRequest, order_id: str) -> bool:
        """See `Anatomy`."""
        if "ids" in seen.query:
            return order_id in seen.query["ids"].split(",")
        return seen.path.endswith(f"/orders/{order_id}.json") or (
            b'Order/%s"' % order_id.encode() in seen.body
        )

    def find_rows(self, told: Any) -> list[Any]:
        """See `Anatomy`."""
        holder = self.find_holder(told)
        rows = holder.get("orders", holder.get("nodes"))
        return rows if isinstance(rows, list) else []

    def name_row(self, row: Any) -> str:
        """See `Anatomy`."""
        return str(row.get("id", "")).rpartition("/")[2] if isinstance(row, dict) else ""

    def read_count(self, told: Any, _response: web.Response) -> int | None:
        """See `Anatomy`."""
        counted = told.get("count") if "data" not in told else told["data"].get("ordersCount")
        return int(counted["count"] if isinstance(counted, dict) else counted)

    def set_count(self, told: Any, _response: web.Response, count: int | None) -> None:
        """See `Anatomy`."""
        holder = told if "data" not in told else told["data"]["ordersCount"]
        holder["count"] = count

    @staticmethod
    def find_holder(told: Any) -> dict[str, Any]:
        """What holds the rows, and what GraphQL says of the page; empty if nothing does."""
        if not isinstance(told, dict):
            return {}
        if "data" not in told:
            return told
        holder: dict[str, Any] = told["data"].get("orders") or told["data"]
        return holder
