"""Which request of a connector is which, and where things stand in a shop's answers: what common
lies must know of a shop.
"""

from __future__ import annotations

from typing import Any, Protocol

from aiohttp import web

from connectors.testing.requests import SeenRequest


class Anatomy(Protocol):
    """One for each kind of shop."""

    def is_page(self, seen: SeenRequest) -> bool:
        """A page of orders by time of change, with all their fields."""
        ...

    def is_later(self, seen: SeenRequest) -> bool:
        """Any such page but the first."""
        ...

    def is_list(self, seen: SeenRequest) -> bool:
        """Any list of orders, also one by id, or one of ids and times."""
        ...

    def is_whole(self, seen: SeenRequest) -> bool:
        """Asks for orders with all their fields, listed or alone."""
        ...

    def is_counted(self, seen: SeenRequest) -> bool:
        """The answer holds a count of orders."""
        ...

    def names_order(self, seen: SeenRequest, order_id: str) -> bool:
        """Asks for this order by its id."""
        ...

    def find_rows(self, told: Any) -> list[Any]:
        """The rows of a decoded list, to be changed in place; none where it is not a list."""
        ...

    def name_row(self, row: Any) -> str:
        """The id of the order in a row; empty where it is none."""
        ...

    def read_count(self, told: Any, response: web.Response) -> int | None:
        """What the answer says of the length of the list."""
        ...

    def set_count(self, told: Any, response: web.Response, count: int | None) -> None:
        """Say so many instead, or nothing."""
        ...
