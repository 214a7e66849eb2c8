"""A Vendure that answers as a real Vendure 3.7.3 was recorded to answer; see
tests/fixtures/vendure/ORIGIN.md.
"""

import gzip
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from connectors.generic_json.connector import open_connector
from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.interface import ConnectorContext
from connectors.orders import Window
from connectors.shipments import ShippingRules
from connectors.testing.shop import FakeShop
from connectors.testing.shops.json_shop import answer
from connectors.testing.trial import QUICK

FOLDER = Path(__file__).parents[4] / "fixtures" / "vendure"
KEY = "recorded-key"
EVER = Window(start=datetime(2026, 9, 1, tzinfo=UTC), end=datetime(2026, 12, 1, tzinfo=UTC))


def read_recording(name: str) -> Any:
    return msgspec.json.decode(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes()))


class RecordedVendure(FakeShop):
    """Lists the recorded orders; anything else must be asked as it was recorded, in that order,
    and is answered likewise.
    """

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[Any] = read_recording("orders")
        self.errors: dict[str, Any] = read_recording("errors")
        self.script = deque(read_recording("shipments"))
        self.lists: list[Any] = []
        self.surprises: list[Any] = []
        # The key's own; not recorded.
        self.channel = "__default_channel__"

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        return [web.post("/admin-api", self.graphql)]

    async def graphql(self, request: web.Request) -> web.Response:
        asked = msgspec.json.decode(await request.read())
        if request.headers.get("vendure-api-key") != KEY:
            return self.error("no_auth")
        if asked.get("operationName") == "Orders":
            options = asked["variables"]["options"]
            self.lists.append(options)
            if options["take"] > 100:
                return self.error("take_101")
            chosen = [order for order in self.orders if _within(order, options["filter"]["_or"])]
            page = chosen[options["skip"] : options["skip"] + options["take"]]
            return answer({"data": {"orders": {"totalItems": len(chosen), "items": page}}})
        if (made := self.answer_beside(asked)) is not None:
            return answer({"data": made})
        if not self.script or not _is_as_recorded(self.script[0]["asked"], asked):
            self.surprises.append(asked)
            return answer({"data": {"order": None}})
        exchange = self.script.popleft()
        if exchange["lost"]:
            assert request.transport is not None
            request.transport.abort()
        return answer(exchange["answered"], exchange.get("status", 200))

    def answer_beside(self, asked: Any) -> Any:
        """What was not recorded: the key's channel, and orders by their codes."""
        if asked.get("operationName") == "Find":
            code = asked["variables"]["options"]["filter"]["code"]["eq"]
            found = [{"id": order["id"]} for order in self.orders if order["code"] == code]
            return {"orders": {"items": found}}
        if "activeChannel" in asked["query"]:
            return {"activeChannel": {"code": self.channel}}
        return None

    def error(self, name: str) -> web.Response:
        return answer(self.errors[name]["body"], self.errors[name]["status"])


def _is_as_recorded(recorded: Any, asked: Any) -> bool:
    """Whether the same was asked; a query may ask for fields besides, added since."""
    words = iter(asked["query"].split())
    rest = {name: value for name, value in asked.items() if name != "query"}
    return rest == {name: value for name, value in recorded.items() if name != "query"} and all(
        word in words for word in recorded["query"].split()
    )


def _within(order: Any, ways: Any) -> bool:
    return any(
        way["between"]["start"] <= order[name] <= way["between"]["end"]
        for each in ways
        for name, way in each.items()
    )


def open_recorded(
    shop: RecordedVendure,
    key: str = KEY,
    shipping: ShippingRules = ShippingRules(),  # noqa: B008 - it is frozen
    **changes: Any,
) -> Any:
    settings = {
        "type": "generic_json",
        "recipe": "vendure",
        "url": shop.url,
        "auth": {"value": key},
        **changes,
    }
    return open_connector(
        GenericJsonSettings.model_validate(settings),
        ConnectorContext(store="vendure", upstream=QUICK, shipping=shipping),
    )
