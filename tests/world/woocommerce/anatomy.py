"""Which request is which to a WooCommerce shop, and where things stand in its answers."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from connectors.testing.requests import SeenRequest

_TOTAL = "X-WP-Total"


class WooCommerceAnatomy:
    """See `Anatomy`."""

    def is_list(self, seen: SeenRequest) -> bool:
        """See `Anatomy`, as for all below."""
        return seen.method == "GET" and seen.path.endswith("/orders")

    def is_page(self, seen: SeenRequest) -> bool:
        """See `Anatomy`; by index, pages hold ids and times alone."""
        living = seen.query.get("status") == "any" and "include" not in seen.query
        return self.is_list(seen) and living and seen.query.get("per_page") != "1"

    def is_later(self, seen: SeenRequest) -> bool:
        """See `Anatomy`; by key, a later page begins at a later time."""
        return self.is_page(seen) and "offset" in seen.query

    def is_whole(self, seen: SeenRequest) -> bool:
        """See `Anatomy`."""
        alone = seen.path.rpartition("/")[0].endswith("/orders")
        return (self.is_list(seen) or alone) and "line_items" in seen.query.get("_fields", "")

    def is_counted(self, seen: SeenRequest) -> bool:
        """See `Anatomy`."""
        return self.is_list(seen)

    def names_order(self, seen: SeenRequest, order_id: str) -> bool:
        """See `Anatomy`."""
        return seen.path.endswith(f"/orders/{order_id}")

    def find_rows(self, told: Any) -> list[Any]:
        """See `Anatomy`."""
        return told if isinstance(told, list) else []

    def name_row(self, row: Any) -> str:
        """See `Anatomy`."""
        return str(row.get("id", "")) if isinstance(row, dict) else ""

    def read_count(self, _told: Any, response: web.Response) -> int | None:
        """See `Anatomy`."""
        stated = response.headers.get(_TOTAL)
        return int(stated) if stated is not None else None

    def set_count(self, _told: Any, response: web.Response, count: int | None) -> None:
        """See `Anatomy`."""
        response.headers.popall(_TOTAL, None)
        if count is not None:
            response.headers[_TOTAL] = str(count)
