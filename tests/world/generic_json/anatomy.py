"""Which request is which to the JSON shop of no known make, and where things stand in its
answers.
"""

from __future__ import annotations

from typing import Any

import msgspec
from aiohttp import web

from connectors.testing.requests import SeenRequest
from connectors.testing.shops.json_shop import TOTAL_HEADER

_LIST = b"orders(options"


class JsonAnatomy:
    """See `Anatomy`."""

    def is_list(self, seen: SeenRequest) -> bool:
        """See `Anatomy`, as for all below."""
        return seen.path.endswith("/orders") or _LIST in seen.body

    def is_page(self, seen: SeenRequest) -> bool:
        """See `Anatomy`."""
        return self.is_list(seen)

    def is_later(self, seen: SeenRequest) -> bool:
        """See `Anatomy`."""
        if _LIST in seen.body:
            return int(msgspec.json.decode(seen.body)["variables"]["options"]["skip"]) > 0
        asked = seen.query
        numbered = int(asked.get("page", "1")) > 1 or int(asked.get("offset", "0")) > 0
        return self.is_list(seen) and (numbered or "after" in asked)

    def is_whole(self, seen: SeenRequest) -> bool:
        """See `Anatomy`."""
        return self.is_list(seen) or self.is_single(seen)

    def is_single(self, seen: SeenRequest) -> bool:
        """Asks for one order."""
        return "/orders/" in seen.path or b"order(id" in seen.body

    def is_counted(self, seen: SeenRequest) -> bool:
        """See `Anatomy`."""
        return self.is_list(seen)

    def names_order(self, seen: SeenRequest, order_id: str) -> bool:
        """See `Anatomy`."""
        named = b'"id":"%s"' % order_id.encode() in seen.body
        return seen.path.endswith(f"/orders/{order_id}") or named

    def find_rows(self, told: Any) -> list[Any]:
        """See `Anatomy`."""
        if isinstance(told, list):
            return told
        found = self._find_list(told).get("orders", self._find_list(told).get("items"))
        return found if isinstance(found, list) else []

    def name_row(self, row: Any) -> str:
        """See `Anatomy`."""
        return str(row.get("id", "")) if isinstance(row, dict) else ""

    def read_count(self, told: Any, response: web.Response) -> int | None:
        """See `Anatomy`."""
        if isinstance(told, list):
            stated = response.headers.get(TOTAL_HEADER)
            return int(stated) if stated is not None else None
        holder = self._find_list(told)
        return holder.get("count", holder.get("totalItems"))

    def set_count(self, told: Any, response: web.Response, count: int | None) -> None:
        """See `Anatomy`."""
        if isinstance(told, list):
            response.headers.popall(TOTAL_HEADER, None)
            if count is not None:
                response.headers[TOTAL_HEADER] = str(count)
            return
        holder = self._find_list(told)
        holder["totalItems" if "totalItems" in holder else "count"] = count

    @staticmethod
    def _find_list(told: Any) -> dict[str, Any]:
        """What holds the rows and their count."""
        holder = told.get("data", {}).get("orders") if isinstance(told.get("data"), dict) else told
        return holder if isinstance(holder, dict) else {}
