"""`portside check` on a shop that answers: what it says of the changes the shop does not date."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from connectors.testing.clock import Clock
from connectors.testing.shops.json import FakeJsonShop, Style
from proxy.cli import main
from tests.connectors.generic_json.styles import style_block


@pytest.fixture
async def shop() -> AsyncIterator[FakeJsonShop]:
    async with FakeJsonShop(clock=Clock(datetime.now(UTC))) as shop:
        yield shop


async def checked(shop: FakeJsonShop, folder: Path, undated: str, export: dict[str, Any]) -> tuple[int, str]:
    """The exit status, and what a check prints of a shop whose settings name changes it does not date."""
    block = {**style_block(Style.PAGE), "url": shop.url}
    block["orders"] = {**block["orders"], "undated": undated}
    store = {"credentials": {"username": "u", "password": "p"}, "connector": block}
    file = folder / "settings.yaml"
    file.write_text(yaml.safe_dump({"database": f"sqlite:///{folder}/p.db", "export": export, "stores": {"attic": store}}))
    result = await asyncio.to_thread(CliRunner().invoke, main, ["check", "--settings", str(file)])
    return result.exit_code, result.stdout


async def test_a_shop_that_does_not_date_all_changes_is_warned_of_until_a_sweep_is_set(shop: FakeJsonShop, tmp_path: Path) -> None:
    code, out = await checked(shop, tmp_path, "cancelling an order", {})
    assert code == 0
    assert "! this shop does not date every change (cancelling an order)" in out
    assert "→ set `export: {sweep: 1h}`" in out
    code, out = await checked(shop, tmp_path, "cancelling an order", {"sweep": "2h"})
    assert "✓ a sweep looks for changes that this shop does not date (cancelling an order)" in out
    assert "!" not in out


def test_an_offline_check_and_serve_say_that_webhooks_could_not_be_heard(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    store = {
        "credentials": {"username": "u", "password": "p"},
        "connector": {"type": "shopify", "shop": "north", "access_token": "shpat_1"},
        "webhooks": {"address": "https://portside.example"},
    }
    file.write_text(yaml.safe_dump({"database": f"sqlite:///{tmp_path}/p.db", "stores": {"north": store}}))
    for words in (["check", "--offline"], ["serve"]):
        result = CliRunner().invoke(main, [*words, "--settings", str(file)])
        assert result.exit_code == 2
        assert f"{file}:11:5: stores.north.webhooks: expected the app's client secret" in result.output


async def test_a_shop_that_dates_all_changes_needs_no_sweep(shop: FakeJsonShop, tmp_path: Path) -> None:
    assert "sweep" not in (await checked(shop, tmp_path, "", {}))[1]
