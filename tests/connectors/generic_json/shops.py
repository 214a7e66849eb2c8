"""Shops made up for one test each: a few routes, and settings laid over those of a style."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import web

from connectors.generic_json.connector import GenericJsonConnector, open_connector
from connectors.generic_json.recipes.reader import merge_keys
from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.interface import ConnectorContext, Remark, ignore_remark
from connectors.shipments import ShippingRules
from connectors.testing.shop import FakeShop
from connectors.testing.shops.json_shop import Style, answer
from connectors.testing.trial import QUICK
from connectors.upstream.exchange import Observer
from tests.connectors.generic_json.styles import style_block

Answerer = Callable[[web.Request], Awaitable[web.Response]]


class TinyShop(FakeShop):
    """`answers` are JSON values, whose lists of orders have one page, or functions that answer, by
    method and path; a trailing `*` stands for anything behind.
    """

    def __init__(self, answers: Mapping[str, Any]) -> None:
        super().__init__()
        self.answers = dict(answers)
        self.open_now = 0
        self.most_open = 0

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Everything."""
        return [web.route("*", "/{anything:.*}", self.answer)]

    async def answer(self, request: web.Request) -> web.Response:
        """The answer for this path."""
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            await asyncio.sleep(0)
            found = self._find(f"{request.method} {request.path}")
            if callable(found):
                answered: web.Response = await found(request)
                return answered
            return answer(found if request.query.get("page", "1") == "1" else cut_page(found))
        finally:
            self.open_now -= 1

    def _find(self, name: str) -> Any:
        if name in self.answers:
            return self.answers[name]
        for pattern, found in self.answers.items():
            if pattern.endswith("*") and name.startswith(pattern[:-1]):
                return found
        return _unknown

    def bodies(self, method: str, path: str) -> list[Any]:
        """The JSON bodies sent by a method to a path."""
        return [
            msgspec.json.decode(seen.body)
            for seen in self.requests
            if seen.method == method and path in seen.path
        ]


def cut_page(found: Any) -> Any:
    """The page behind the last one of a list that has one."""
    return {**found, "orders": []} if isinstance(found, dict) and "orders" in found else found


async def _unknown(_request: web.Request) -> web.Response:
    return answer({"error": {"message": "nothing here"}}, 404)


def status(code: int, body: Any = None, **headers: str) -> Answerer:
    """Answers with a status, a JSON body and headers (`_` stands for `-`)."""

    async def respond(_request: web.Request) -> web.Response:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=code) if body is None else answer(body, code, told)

    return respond


def made(
    url: str, changes: Mapping[str, Any] | None = None, style: Style = Style.PAGE
) -> GenericJsonSettings:
    """The settings of a style for the shop at `url`, with changes laid over; a key with null is
    taken away.
    """
    block = merge_keys(style_block(style), {"auth": {"kind": "none"}, **(changes or {})})
    return GenericJsonSettings.model_validate({**block, "url": url})


@asynccontextmanager
async def connected(
    shop: FakeShop,
    changes: Mapping[str, Any] | None = None,
    style: Style = Style.PAGE,
    shipping: ShippingRules = ShippingRules(),  # noqa: B008 - it is frozen
    remark: Callable[[Remark], None] = ignore_remark,
    observer: Observer | None = None,
) -> AsyncIterator[GenericJsonConnector]:
    """A connector to a shop, open."""
    async with open_connector(
        made(shop.url, changes, style),
        ConnectorContext(
            store="test", upstream=QUICK, shipping=shipping, remark=remark, observer=observer
        ),
    ) as connector:
        yield connector


def order(number: int = 1, **changes: Any) -> dict[str, Any]:
    """An order of the made-up shop."""
    return {
        "id": number,
        "reference": f"R{number}",
        "created": "2026-03-02T09:10:00Z",
        "changed": "2026-03-02T09:30:00Z",
        "state": "ready",
        "currency": "usd",
        "amounts": {"total": "30.00", "tax": "2.00", "shipping": "5.00"},
        "buyer": {
            "mail": "ada@example.com",
            "address": {"name": "Ada", "street": "1 Road", "town": "Portland", "country": "us"},
        },
        "lines": [
            {"id": "L1", "sku": "A", "title": "Thing A", "pieces": 2, "price": "10.00", "left": 2}
        ],
        "parcels": [],
        **changes,
    }
