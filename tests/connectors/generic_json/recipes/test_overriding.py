"""What a store's own keys make of a recipe, and of a login by a call, as they come out of a
settings file.
"""

from pathlib import Path

import pytest
from aiohttp import web

from connectors.generic_json import connector_type
from connectors.generic_json.recipes.reader import merge_keys
from connectors.interface import ConnectorContext
from connectors.orders import OrderStatus
from connectors.testing.shops.json_shop import FakeJsonShop, Style
from connectors.testing.trial import QUICK
from proxy.cli.kinds import find_kind
from proxy.settings.loader import load_settings
from tests.connectors.generic_json.styles import read_style

VENDURE = """\
stores:
  v:
    credentials: {username: v, password: pass-word}
    connector:
      type: generic_json
      recipe: vendure
      url: %s
      auth:
        kind: login
        path: admin-api
        body: {query: "mutation { login }", variables: {username: robin, password: sesame}}
        token_header: vendure-auth-token
"""


def test_keys_are_laid_over_one_by_one() -> None:
    assert merge_keys({"a": {"b": 1, "c": 2}, "d": [3]}, {"a": {"c": 4}, "d": [5]}) == {
        "a": {"b": 1, "c": 4},
        "d": [5],
    }


def test_a_key_without_a_value_takes_away() -> None:
    assert merge_keys({"a": 1, "b": 2}, {"a": None}) == {"b": 2}


def test_a_block_of_another_kind_is_replaced_whole() -> None:
    recipe = {"auth": {"kind": "header", "name": "x-key"}, "url": "u"}
    assert merge_keys(recipe, {"auth": {"kind": "bearer", "token": "t"}}) == {
        "auth": {"kind": "bearer", "token": "t"},
        "url": "u",
    }
    assert merge_keys(recipe, {"auth": {"value": "k"}})["auth"] == {
        "kind": "header",
        "name": "x-key",
        "value": "k",
    }
    assert merge_keys(recipe, {"auth": {"kind": "header", "value": "k"}})["auth"] == {
        "kind": "header",
        "name": "x-key",
        "value": "k",
    }


async def test_a_login_out_of_a_settings_file_brings_a_token_in_a_header(tmp_path: Path) -> None:
    seen: list[tuple[str, object]] = []

    async def answer(request: web.Request) -> web.Response:
        asked = await request.json()
        seen.append((request.headers.get("Authorization", ""), asked.get("variables")))
        if "login" in asked["query"]:
            return web.json_response(
                {"data": {"login": {}}}, headers={"vendure-auth-token": "fresh"}
            )
        return web.json_response(
            {"data": {"order": None, "orders": {"totalItems": 0, "items": []}}}
        )

    application = web.Application()
    application.router.add_post("/admin-api", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    file = tmp_path / "settings.yaml"
    file.write_text(VENDURE % f"http://127.0.0.1:{runner.addresses[0][1]}")
    settings = load_settings(file, find_type=find_kind).stores["v"].connector
    try:
        async with connector_type.open(
            settings, ConnectorContext(store="v", upstream=QUICK)
        ) as connector:
            await connector.check()
    finally:
        await runner.cleanup()
    assert seen[0] == ("", {"username": "robin", "password": "sesame"})
    assert {bearer for bearer, _ in seen[1:]} == {"Bearer fresh"}


@pytest.mark.parametrize(
    ("finished", "found"), [(False, {"open"}), (True, {"open", "shipped", "cancelled"})]
)
async def test_a_sweep_looks_at_finished_orders_where_the_shop_does_not_date_their_end(
    finished: bool,  # noqa: FBT001
    found: set[str],
) -> None:
    async with FakeJsonShop(Style.PAGE) as shop:
        names = {
            shop.book.add().id: "open",
            shop.book.add(status=OrderStatus.SHIPPED).id: "shipped",
            shop.book.add(status=OrderStatus.CANCELLED).id: "cancelled",
        }
        settings = read_style(Style.PAGE, shop.url)
        opened = settings.orders.open.model_copy(
            update={"finished": finished, "all": True, "query": {}}
        )
        settings = settings.model_copy(
            update={"orders": settings.orders.model_copy(update={"open": opened})}
        )
        async with connector_type.open(
            settings, ConnectorContext(store="test", upstream=QUICK)
        ) as connector:
            assert {names[order.id] async for order in connector.list_open_orders()} == found
