"""The number of a voided label is taken out as the settings say, once, and looked for before and
after.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from aiohttp import web

from connectors.errors import ConflictError, TemporaryError
from connectors.interface import CanWithdraw, ShipOutcome
from connectors.testing.shops.json_shop import answer
from tests.connectors.generic_json.shipping.parcel import (
    LINES,
    SHIPMENT,
    make_shop,
    make_step,
    with_steps,
)
from tests.connectors.generic_json.shops import TinyShop, connected, order

VOID = make_step(
    "drop",
    "api/orders/{{ order.id }}/parcels/{{ item.id }}/void",
    {"number": "{{ shipment.tracking_number }}"},
    each="order.parcels[?number == '1Z 999']",
)
WAY = with_steps(make_step(), probe={"tracking": "parcels[].number"}, void=[VOID])


def make_void_shop(*, takes: bool = True) -> TinyShop:
    """A shop with the parcel, which it takes out when it is asked to and does."""
    raw = {**order(1, lines=LINES), "parcels": [{"id": 5, "number": "1Z 999"}, {"id": 6}]}
    shop = make_shop(raw)

    async def take(_: web.Request) -> web.Response:
        if takes:
            raw["parcels"] = [{"id": 6}]
        return answer({})

    shop.answers["POST /api/orders/1/parcels/5/void"] = take
    return shop


async def withdraw(shop: TinyShop, way: dict[str, Any] = WAY, **changes: Any) -> ShipOutcome:
    async with connected(shop, way) as connector:
        assert isinstance(connector, CanWithdraw)
        return await connector.withdraw(msgspec.structs.replace(SHIPMENT, **changes))


async def test_the_number_is_taken_out_once() -> None:
    async with make_void_shop() as shop:
        assert (await withdraw(shop)).detail == "by step drop"
        assert (await withdraw(shop)).already
        assert shop.bodies("POST", "/void") == [{"number": "1Z 999"}]


async def test_what_the_shop_still_shows_is_not_believed() -> None:
    async with make_void_shop(takes=False) as shop:
        with pytest.raises(TemporaryError, match="still shows it"):
            await withdraw(shop)


async def test_without_a_way_or_a_number_a_person_is_told_what_to_do() -> None:
    async with make_void_shop() as shop:
        plain = with_steps(make_step(), probe=WAY["shipment"]["probe"])
        with pytest.raises(ConflictError, match=r"shipment\.void"):
            await withdraw(shop, plain)
        with pytest.raises(ConflictError, match="no tracking number"):
            await withdraw(shop, tracking_number="")
        assert shop.count("POST") == 0
