"""`portside check` on wrong set-ups: each is named, with what to do about it in one line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from connectors.testing.faults import Answer, Misdated
from proxy.cli.main import main
from tests.connectors.shopify.fake.shop import ALL_SCOPES, FakeShopify

Break = Callable[[FakeShopify], None]


@pytest.fixture
async def shop() -> AsyncIterator[FakeShopify]:
    async with FakeShopify() as fake:
        yield fake


async def check(
    fake: FakeShopify,
    folder: Path,
    connector: dict[str, Any] | None = None,
    export: dict[str, Any] | None = None,
) -> tuple[int, str]:
    """Run the command as a person would; gives its exit status and what it printed."""
    block = {
        "type": "shopify",
        "shop": "north.myshopify.com",
        "access_token": fake.token,
        "origin": fake.url,
        **(connector or {}),
    }
    store = {
        "credentials": {"username": "north", "password": "a-long-password"},
        "connector": {name: value for name, value in block.items() if value is not None},
        "upstream": {"attempts": 1, "rate": "1000/s"},
    }
    file = folder / "settings.yaml"
    # JSON is YAML.
    settings = {
        "database": f"sqlite:///{folder}/portside.db",
        "export": export or {},
        "stores": {"north": store},
    }
    file.write_text(json.dumps(settings))
    result = await asyncio.to_thread(CliRunner().invoke, main, ["check", "--settings", str(file)])
    return result.exit_code, result.output


def nothing(shop: FakeShopify) -> None:
    """Leave it whole."""


def lacking(*scopes: str) -> Break:
    def take(shop: FakeShopify) -> None:
        shop.scopes = ALL_SCOPES - set(scopes)

    return take


def withhold(shop: FakeShopify) -> None:
    shop.book.add(modified_at=datetime.now(UTC))
    shop.withholds = True


def without_rest(shop: FakeShopify) -> None:
    shop.has_rest = False


def vanish(shop: FakeShopify) -> None:
    shop.gone = True


def freeze(shop: FakeShopify) -> None:
    shop.faults.add(Answer(402, '{"errors":"Unavailable Shop"}'), times=None)


def wall(shop: FakeShopify) -> None:
    shop.faults.add(
        Answer(200, "<html><title>Opening soon</title></html>", content_type="text/html"),
        times=None,
    )


WRONG: dict[str, tuple[Break, dict[str, Any], int, str]] = {
    "a custom domain": (
        nothing,
        {"shop": "shop.north.example"},
        2,
        "expected the shop's own address such as north.myshopify.com",
    ),
    "a secret in place of a token": (
        nothing,
        {"access_token": "shpss_0123"},
        2,
        "found an app's client secret (shpss_…)",
    ),
    "two ways in": (
        nothing,
        {"client_id": "x", "client_secret": "y"},
        2,
        "or client_id and client_secret, found both",
    ),
    "no way in": (
        nothing,
        {"access_token": None},
        2,
        "or client_id and client_secret, found neither",
    ),
    "a version that never was": (nothing, {"api_version": "2026-05"}, 2, "api_version"),
    "a token that died": (
        nothing,
        {"access_token": "shpat_dead"},
        1,
        "→ Check access_token: it begins with shpat_ and dies when the app is",
    ),
    "a wrong client secret": (
        nothing,
        {"access_token": None, "client_id": "fake-client", "client_secret": "wrong"},
        1,
        (
            "→ Check client_id and client_secret in the Dev Dashboard, and that the app is"
            " installed in this shop"
        ),
    ),
    "an app of somebody else": (
        nothing,
        {"access_token": None, "client_id": "other", "client_secret": "wrong"},
        1,
        (
            "→ Check client_id and client_secret in the Dev Dashboard, and that the app is"
            " installed in this shop"
        ),
    ),
    "no right to orders": (
        lacking("read_orders"),
        {},
        1,
        "→ Add read_orders to the app's Admin API scopes",
    ),
    "no right to see fulfillment orders": (
        lacking(
            "read_merchant_managed_fulfillment_orders", "write_merchant_managed_fulfillment_orders"
        ),
        {},
        1,
        (
            "✗ The app lacks the scope read_merchant_managed_fulfillment_orders: Shopify silently"
            " leaves out fulfillment orders"
        ),
    ),
    "no right to ship": (
        lacking("write_merchant_managed_fulfillment_orders"),
        {},
        1,
        (
            "✗ The app lacks the scope write_merchant_managed_fulfillment_orders: nothing can be"
            " reported as shipped."
        ),
    ),
    "the wall of 60 days": (
        lacking("read_all_orders"),
        {},
        0,
        "! The app lacks the scope read_all_orders: orders older than 60 days are left",
    ),
    "no images": (
        lacking("read_products"),
        {},
        0,
        (
            "! The app lacks the scope read_products: images, barcodes, exact weights and HS codes"
            " are missing."
        ),
    ),
    "personal data withheld": (
        withhold,
        {},
        1,
        "→ Request access to protected customer data in the Dev Dashboard",
    ),
    "a retired version": (
        nothing,
        {"api_version": "2024-01"},
        0,
        "→ Set api_version to 2026-01, or leave it out.",
    ),
    "a version yet to come": (
        nothing,
        {"api_version": "2030-01"},
        1,
        "→ Check api_version 2030-01",
    ),
    "REST demanded of a shop without": (
        without_rest,
        {"transport": "rest"},
        1,
        "→ Set transport: graphql, or auto.",
    ),
    "a shop that is not there": (
        vanish,
        {},
        1,
        "→ Check the name in shop: Shopify has no shop at north.myshopify.com.",
    ),
    "a frozen shop": (
        freeze,
        {},
        1,
        "→ The shop is frozen for an unpaid bill; its owner has to pay Shopify first.",
    ),
    "a web page in place of the API": (wall, {}, 1, "a web page came in place of data"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_each_wrong_set_up_says_what_to_do_in_one_line(
    shop: FakeShopify, tmp_path: Path, name: str
) -> None:
    damage, connector, status, words = WRONG[name]
    damage(shop)
    code, output = await check(shop, tmp_path, connector)
    assert words in output, output
    assert code == status, output
    (line,) = {line for line in output.splitlines() if words in line}
    assert len(line) < 400
    assert "Traceback" not in output
    assert shop.token not in output


async def test_a_right_set_up_is_healthy_and_says_so(shop: FakeShopify, tmp_path: Path) -> None:
    shop.book.add(modified_at=datetime.now(UTC))
    code, output = await check(shop, tmp_path)
    assert code == 0, output
    assert "✗" not in output
    assert "!" not in output
    assert "✓ The app has every right it needs." in output


async def test_a_clock_that_is_far_from_shopifys_is_told_of(
    shop: FakeShopify, tmp_path: Path
) -> None:
    shop.faults.add(Misdated(900), times=None)
    status, said = await check(shop, tmp_path)
    assert status == 0
    assert "15 minutes ahead of ours" in " ".join(said.split())


async def test_check_changes_nothing(shop: FakeShopify, tmp_path: Path) -> None:
    shop.book.add(modified_at=shop.clock())
    await check(shop, tmp_path)
    assert [
        seen.path
        for seen in shop.requests
        if seen.method != "GET" and not seen.body.startswith(b'{"query":"query ')
    ] == []


async def test_holds_are_not_dated_so_a_sweep_looks_for_them_unless_they_are_not_read(
    shop: FakeShopify, tmp_path: Path
) -> None:
    code, output = await check(shop, tmp_path)
    assert code == 0
    assert (
        "✓ every 1h a sweep looks for changes that this shop does not date (putting an order on"
        " hold, releasing it)" in " ".join(output.split())
    )
    assert "sweep" not in (await check(shop, tmp_path, {"holds": False}))[1]
