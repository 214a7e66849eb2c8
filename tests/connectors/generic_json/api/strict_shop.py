"""A shop that refuses whatever is wrong, and repeats in its refusals all it was shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from connectors.testing.requests import SeenRequest, see_request
from connectors.testing.shops.json_shop import answer
from tests.connectors.generic_json.shops import TinyShop, order

PAGE = {"orders": [order()], "count": 1}
SECRET = "open-sesame-7"
Guard = Callable[[SeenRequest, int], Any]
"""Compares a request with what is wanted; what it gives back is wrong. It is told how many logins
there were.
"""


class StrictShop(TinyShop):
    """`enter` looks at the login call, `guard` at every other request, and each gives what is wrong
    with it, or nothing. `grant` answers the login of this number, from 1.
    """

    def __init__(
        self,
        guard: Guard,
        enter: Guard = lambda _seen, _number: None,
        grant: Callable[[int], web.Response] = lambda number: answer({"token": f"token-{number}"}),
    ) -> None:
        super().__init__({})
        self.guard = guard
        self.enter = enter
        self.grant = grant
        self.logins: list[SeenRequest] = []
        self.refusal = 401

    async def answer(self, request: web.Request) -> web.Response:
        """What is wrong, or a page of orders."""
        seen = await see_request(request)
        if seen.path == "/login":
            self.logins.append(seen)
            wrong = self.enter(seen, len(self.logins))
            return self._refuse(seen, wrong) if wrong else self.grant(len(self.logins))
        wrong = self.guard(seen, len(self.logins))
        if wrong:
            return self._refuse(seen, wrong)
        if seen.path.startswith("/orders/"):
            return answer({"order": order()})
        return answer(PAGE if seen.query.get("page", "1") == "1" else {**PAGE, "orders": []})

    def _refuse(self, seen: SeenRequest, wrong: Any) -> web.Response:
        shown = (
            f"{wrong}; {seen.raw_path} {dict(seen.headers)} {seen.body.decode(errors='replace')}"
        )
        return answer({"error": {"message": shown}}, self.refusal)


def differ(found: Any, wanted: Any) -> str:
    """What is wrong, if anything."""
    return "" if found == wanted else f"expected {wanted!r}, found {found!r}"
