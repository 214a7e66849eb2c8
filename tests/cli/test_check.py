"""`portside check` on a shop that answers: what it says of the changes the shop does not date."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from connectors.testing.clock import Clock
from connectors.testing.faults import Answer
from connectors.testing.shops.json_shop import FakeJsonShop, Style
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.shops.woocommerce.rendering import product_id
from proxy.cli.main import main
from tests.connectors.generic_json.styles import style_block
from tests.connectors.generic_json.test_bad_yaml import GOOD


@pytest.fixture
async def shop() -> AsyncIterator[FakeJsonShop]:
    async with FakeJsonShop(clock=Clock(datetime.now(UTC))) as shop:
        yield shop


async def checked(
    shop: FakeJsonShop,
    folder: Path,
    undated: str,
    export: dict[str, Any],
    mapped: tuple[tuple[str, ...], Any] | None = None,
    **more: Any,
) -> tuple[int, str]:
    """The exit status, and what a check prints of a shop: `undated` names changes it does not date,
    `mapped` a part of the map and what it says, `more` what else the store's settings hold.
    """
    block = {**style_block(Style.PAGE), "url": shop.url}
    if mapped is not None:
        *way, last = mapped[0]
        place = block["map"] = copy.deepcopy(block["map"])
        for name in way:
            place = place[name]
        place[last] = mapped[1]
    block["orders"] = {**block["orders"], "undated": undated}
    return await run_check(folder, "attic", block, export, **more)


async def run_check(
    folder: Path, name: str, block: dict[str, Any], export: dict[str, Any], **more: Any
) -> tuple[int, str]:
    """The exit status, and what a check prints of the store with this `connector:` block."""
    store = {
        "credentials": {"username": "u", "password": "a-long-random-text"},
        "connector": block,
        **more,
    }
    file = folder / "settings.yaml"
    file.write_text(
        yaml.safe_dump(
            {"database": f"sqlite:///{folder}/p.db", "export": export, "stores": {name: store}}
        )
    )
    result = await asyncio.to_thread(CliRunner().invoke, main, ["check", "--settings", str(file)])
    return result.exit_code, result.stdout


async def test_a_shop_that_does_not_date_all_changes_is_swept_unless_the_settings_forbid_it(
    shop: FakeJsonShop, tmp_path: Path
) -> None:
    code, out = await checked(shop, tmp_path, "cancelling an order", {"sweep": "never"})
    assert code == 0
    assert "! this shop does not date every change (cancelling an order)" in out
    assert "→ remove `sweep: never`" in out
    for export, every in (({}, "1h"), ({"sweep": "2h"}, "2h")):
        code, out = await checked(shop, tmp_path, "cancelling an order", export)
        assert (
            f"✓ every {every} a sweep looks for changes that this shop does not date (cancelling an"
            " order)" in out
        )
        assert "! this shop" not in out


def test_an_offline_check_names_what_the_settings_probably_mean_otherwise(tmp_path: Path) -> None:
    text = GOOD.replace("{value: EUR}", "EUR")
    file = tmp_path / "settings.yaml"
    file.write_text(text)
    result = CliRunner().invoke(main, ["check", "--offline", "--settings", str(file)])
    assert result.exit_code == 0
    assert f"! map.currency ({file}:53): EUR is read as a field" in result.stdout
    assert "→ Write `currency: {value: EUR}` for the word itself." in result.stdout
    result = CliRunner().invoke(main, ["check", "--offline", "--json", "--settings", str(file)])
    (finding, *_) = json.loads(result.stdout)["stores"]["attic"]["findings"]
    assert finding["level"] == "warning"


def test_an_offline_check_and_serve_say_that_webhooks_could_not_be_heard(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    store = {
        "credentials": {"username": "u", "password": "a-long-random-text"},
        "connector": {"type": "shopify", "shop": "north", "access_token": "shpat_1"},
        "webhooks": {"address": "https://portside.example"},
    }
    file.write_text(
        yaml.safe_dump({"database": f"sqlite:///{tmp_path}/p.db", "stores": {"north": store}})
    )
    for words in (["check", "--offline"], ["serve"]):
        result = CliRunner().invoke(main, [*words, "--settings", str(file)])
        assert result.exit_code == 2
        assert (
            f"{file}:11:5: stores.north.webhooks: expected the app's client secret" in result.output
        )


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (
            ("ship_to", "country"),
            "reference",
            (
                "5 of 5 orders would not go out, because ShipStation would refuse them, e.g. order"
                " 1001: Customer/ShipTo/Country"
            ),
        ),
        (
            ("currency",),
            {"value": "€"},
            "5 of 5 orders have no currency of three capital letters, e.g. order 1001",
        ),
        (("ship_to", "line1"), "nope", "5 of 5 orders have no street, e.g. order 1001"),
        (
            ("status",),
            {"from": "state", "table": {"nope": "paid"}},
            "these order statuses are not mapped",
        ),
    ],
)
async def test_what_shipstation_would_miss_is_said(
    shop: FakeJsonShop, tmp_path: Path, path: tuple[str, ...], value: Any, says: str
) -> None:
    for _ in range(5):
        shop.book.add()
    _, out = await checked(shop, tmp_path, "", {}, (path, value))
    assert says in " ".join(out.split())


async def test_a_name_that_no_order_has_is_a_warning_with_its_line(
    shop: FakeJsonShop, tmp_path: Path
) -> None:
    for _ in range(5):
        shop.book.add()
    fields = {"custom_field_2": "refrence"}
    code, out = await checked(shop, tmp_path, "", {}, fields=fields)
    (line,) = [
        number
        for number, text in enumerate((tmp_path / "settings.yaml").read_text().splitlines(), 1)
        if "custom_field_2" in text
    ]
    said = f"`refrence` ({tmp_path}/settings.yaml:{line}): no order of the last orders has"
    assert f"{said} 'refrence'; did you mean 'reference'?" in " ".join(out.split())
    assert code == 0


@pytest.mark.parametrize(("broken", "code"), [(0, 0), (1, 0), (2, 1)])
async def test_more_than_a_tenth_of_the_last_orders_that_cannot_be_read_end_it_with_1(
    shop: FakeJsonShop, tmp_path: Path, broken: int, code: int
) -> None:
    for number in range(10):
        shop.book.add().spoiled = number < broken
    found, out = await checked(shop, tmp_path, "", {})
    assert (found, f"{broken} of 10 orders cannot be read" in out) == (code, broken > 0)


async def test_nothing_is_said_of_sweeps_where_the_shop_lets_nobody_in(
    shop: FakeJsonShop, tmp_path: Path
) -> None:
    shop.faults.add(Answer(401), times=None)
    code, out = await checked(shop, tmp_path, "cancelling an order", {"sweep": "never"})
    assert (code, " sweep" in out) == (1, False)


async def test_a_sound_mapping_leaves_nothing_to_say(shop: FakeJsonShop, tmp_path: Path) -> None:
    for _ in range(5):
        shop.book.add()
    code, out = await checked(shop, tmp_path, "", {}, (("number",), "id"))
    assert (code, "!" in out, "✗" in out) == (0, False, False)


async def test_a_shop_that_dates_all_changes_needs_no_sweep(
    shop: FakeJsonShop, tmp_path: Path
) -> None:
    assert "sweep" not in (await checked(shop, tmp_path, "", {}))[1]


async def check_woocommerce(folder: Path, **more: Any) -> tuple[int, str]:
    """As `run_check`, of a shop with an order that has meta data."""
    async with FakeWooCommerceShop(clock=Clock(datetime.now(UTC))) as shop:
        bulk = {"meta_data": [{"key": "_bulk", "value": "x" * 1000}]}
        shop.book.add().extra |= bulk
        shop.catalog.add([{"id": product_id("SKU-1"), "type": "simple", "virtual": False} | bulk])
        block = {
            "type": "woocommerce",
            "url": shop.url,
            "consumer_key": shop.access.key,
            "consumer_secret": shop.access.secret,
        }
        return await run_check(folder, "north", block, {}, **more)


async def test_readmes_settings_end_without_a_warning(tmp_path: Path) -> None:
    code, out = await check_woocommerce(tmp_path)
    assert code == 0, out
    assert "!" not in out
    assert "every 1h a sweep looks for changes that this shop does not date" in out


async def test_a_typing_error_inside_an_order_is_named_with_its_line_and_what_was_meant(
    tmp_path: Path,
) -> None:
    fields = {"source": "billing.emial", "items": {"upc": "image.scr"}}
    filters = {"exclude": "meta_data[?key=='_bluk'].value | [0] == '1'"}
    code, out = await check_woocommerce(tmp_path, fields=fields, filters=filters)
    said, lines = " ".join(out.split()), (tmp_path / "settings.yaml").read_text().splitlines()

    def place(part: str) -> str:
        return f"({tmp_path}/settings.yaml:{next(n for n, x in enumerate(lines, 1) if part in x)})"

    assert code == 0, out
    assert (
        f"`billing.emial` {place('emial')}: no order of the last orders has 'emial' in billing;"
        " did you mean 'email'?" in said
    )
    assert f"`image.scr` {place('scr')}: no line of the last orders has 'scr' in image" in said
    assert (
        f"{place('_bluk')}: none of the last orders has the key '_bluk' in meta_data;"
        " did you mean '_bulk'?" in said
    )


async def test_what_it_costs_to_look_at_any_meta_data_is_said_with_the_line(tmp_path: Path) -> None:
    fields = {
        "custom_field_2": "meta_data[-1].value",
        "source": "meta_data[?key=='_a'].value | [0]",
        "items": {"upc": "product.meta_data[-1].value"},
    }
    code, out = await check_woocommerce(tmp_path, fields=fields)
    said = " ".join(out.split())
    assert "any of product.meta_data, so the shop is asked for all of it: 1.0 KB for each" in said
    assert code == 0, out
    assert said.count(" may look at any of meta_data, so the shop is asked for all of it: 1.0") == 1
    assert f"`meta_data[-1].value` ({tmp_path}/settings.yaml:" in said
    assert "name the keys, as in `meta_data[?key=='_vat'].value | [0]`" in said
