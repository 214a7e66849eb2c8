"""`fetch`, `preview`, `try` and `explain`, run against a fake shop: what a person sees who
describes one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
import yaml
from click.testing import CliRunner, Result

from connectors.orders import OrderStatus
from connectors.testing.clock import Clock
from connectors.testing.faults import Answer
from connectors.testing.shops.json_shop import TOKEN, FakeJsonShop, Style
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from proxy.cli.main import main
from tests.connectors.generic_json.styles import style_block
from tests.databases import make_migrated_file


@pytest.fixture
async def shop() -> AsyncIterator[FakeJsonShop]:
    async with FakeJsonShop(clock=Clock(datetime.now(UTC))) as shop:
        yield shop


@pytest.fixture
def settings(shop: FakeJsonShop, tmp_path: Path) -> Path:
    file = tmp_path / "settings.yaml"
    store = {
        "credentials": {"username": "u", "password": "p"},
        "connector": {**style_block(Style.PAGE), "url": shop.url},
    }
    file.write_text(yaml.safe_dump({"stores": {"attic": store}}, sort_keys=False))
    return file


def line_of(file: Path, part: str) -> int:
    """The line of the settings that holds this."""
    return next(
        number for number, text in enumerate(file.read_text().splitlines(), start=1) if part in text
    )


def settings_text(file: Path) -> str:
    return file.read_text()


def write(file: Path, text: str) -> None:
    file.write_text(text)


async def run(*words: object, **environment: str) -> Result:
    """The command, in a thread of its own, for it brings its own event loop."""
    return await asyncio.to_thread(
        CliRunner(env=environment).invoke, main, [str(word) for word in words]
    )


async def test_fetch_prints_raw_orders_as_json(shop: FakeJsonShop, settings: Path) -> None:
    for _ in range(3):
        shop.book.add()
    result = await run("fetch", "--settings", settings, "--store", "attic", "--limit", 2)
    assert result.exit_code == 0
    assert [order["reference"] for order in msgspec.json.decode(result.stdout)] == ["1001", "1002"]
    assert result.stderr == "2 orders\n"


async def test_export_speaks_the_words_of_a_form_that_is_filled_in_already(
    shop: FakeJsonShop, settings: Path
) -> None:
    for status in OrderStatus:
        shop.book.add().status = status
    words = {"unpaid": "pending", "paid": "processing", "shipped": "completed"}
    words |= {"cancelled": "void", "on_hold": "on-hold"}
    stores = yaml.safe_load(settings_text(settings))
    stores["stores"]["attic"]["status_words"] = words
    write(settings, yaml.safe_dump(stores))
    result = await run("export", "--settings", settings, "--store", "attic")
    assert result.exit_code == 0, result.output
    found = re.findall(r"<OrderStatus>([^<]*)</OrderStatus>", result.stdout)
    assert sorted(found) == sorted(words.values())


async def test_fetch_of_nothing_says_what_to_try(settings: Path) -> None:
    result = await run("fetch", "--settings", settings, "--store", "attic")
    assert (result.exit_code, result.stdout.strip(), result.stderr) == (
        0,
        "[]",
        "0 orders; try an earlier --since\n",
    )


async def test_fetch_of_a_shop_that_refuses_is_one_line(shop: FakeJsonShop, settings: Path) -> None:
    shop.faults.add(Answer(401, '{"error": {"message": "The token is not valid."}}'), times=None)
    result = await run("fetch", "--settings", settings, "--store", "attic")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: attic: GET http://127.0.0.1")
    assert "The token is not valid" in result.stderr


async def test_a_connector_of_code_shows_no_raw_orders(settings: Path) -> None:
    write(
        settings,
        "stores: {north: {credentials: {username: u, password: p}, connector: "
        '{type: woocommerce, url: "http://127.0.0.1:1", consumer_key: ck, consumer_secret: cs}}}\n',
    )
    result = await run("fetch", "--settings", settings, "--store", "north")
    assert result.exit_code == 1
    assert "does not show raw orders; try `portside explain`" in result.stderr


async def test_preview_shows_json_order_xml_and_origins(shop: FakeJsonShop, settings: Path) -> None:
    order = shop.book.add(lines=[("A", 2)])
    result = await run("preview", "--settings", settings, "--store", "attic", order.id)
    assert result.exit_code == 0, result.output
    out = result.stdout
    assert out.index("the shop's JSON") < out.index("the order") < out.index("ShipStation's XML")
    assert '"reference": "1001"' in out
    assert "ship_to:\n    name: Ada Müller\n" in out
    assert "<OrderTotal>20.00</OrderTotal>" in out
    line = line_of(settings, "unit_price: price")
    assert f"items[0].unit_price: 10.00  ← lines[0].price ({settings}:{line})" in out


async def test_an_expression_is_tried_on_an_order(shop: FakeJsonShop, settings: Path) -> None:
    order = shop.book.add(lines=[("A", 2)])

    async def attempt(expression: str) -> Result:
        return await run("try", "--settings", settings, "--order", order.id, expression)

    found = await attempt("join('-', [reference, currency])")
    assert (found.exit_code, found.stdout, found.stderr) == (0, '"1001-usd"\n', "")
    missed = await attempt("buyer.mial || depot")
    assert (missed.exit_code, missed.stdout) == (0, "null\n")
    assert "note: there is no 'mial' in buyer; did you mean 'mail'? There are" in missed.stderr
    assert "note: there is no 'depot' here; there are id, reference, created," in missed.stderr
    wrong = await attempt("add(buyer, lines)")
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert wrong.stderr.startswith("Error: add()")
    assert (await attempt("reference ==")).stderr.endswith("it ends too early\n")


async def test_preview_on_a_wide_terminal_stands_side_by_side(
    shop: FakeJsonShop, settings: Path
) -> None:
    order = shop.book.add()
    terminal = {"FORCE_COLOR": "1", "TERM": "xterm", "COLUMNS": "180"}
    result = await run("preview", "--settings", settings, "--store", "attic", order.id, **terminal)
    assert result.exit_code == 0
    assert any(
        "the shop's JSON" in line and "the order" in line and "ShipStation's XML" in line
        for line in result.stdout.splitlines()
    )
    assert any(
        '"id": 1001' in line and "number: '1001'" in line and "<Order>" in line
        for line in result.stdout.splitlines()
    )


async def test_preview_gives_an_order_the_exports_status_and_reads_it_whole(tmp_path: Path) -> None:
    async with FakeWooCommerceShop() as shop:
        order = shop.book.add()
        order.word = "packing"
        store = {
            "credentials": {"username": "u", "password": "p"},
            "connector": {
                "type": "woocommerce",
                "url": shop.url,
                "consumer_key": shop.access.key,
                "consumer_secret": shop.access.secret,
            },
            "statuses": {"wc-packing": "paid"},
        }
        order.extra["cart_hash"] = "c-1"
        file = tmp_path / "settings.yaml"
        url = make_migrated_file(tmp_path / "p.db")
        file.write_text(yaml.safe_dump({"database": url, "stores": {"north": store}}))
        result = await run("preview", "--settings", file, "--store", "north", order.id)
        story = await run("order", "--settings", file, "--store", "north", order.id)
        shown = [seen for seen in shop.requests if seen.path.endswith(f"/orders/{order.id}")]
    assert result.exit_code == 0, result.output
    assert f"Order {order.id} (id {order.id}) of store north" in story.output
    assert {"_fields" in seen.query for seen in shown} == {False}
    assert "<OrderStatus>paid</OrderStatus>" in result.stdout
    assert '"cart_hash": "c-1"' in result.stdout


async def test_preview_takes_the_number_people_see_and_shows_what_the_settings_filled_in(
    tmp_path: Path,
) -> None:
    async with FakeWooCommerceShop() as shop:
        order = shop.book.add()
        order.number = "WEB-77"
        # No setting names this field, but who writes them must see that the order has it.
        order.extra["cart_hash"] = "c-1"
        file = tmp_path / "settings.yaml"
        file.write_text(
            f"""\
stores:
  north:
    credentials: {{username: u, password: p}}
    connector:
      type: woocommerce
      url: {shop.url}
      consumer_key: {shop.access.key}
      consumer_secret: {shop.access.secret}
    fields:
      custom_field_2: billing.email
"""
        )
        result = await run("preview", "--settings", file, "--store", "north", "WEB-77")
    assert result.exit_code == 0, result.output
    assert f"id: '{order.id}'\nnumber: WEB-77\n" in result.stdout
    assert '"cart_hash": "c-1"' in result.stdout
    place = f"({file}:{line_of(file, 'custom_field_2')})"
    assert f"custom_field_2: {order.email}  ← billing.email {place}" in result.stdout


async def test_preview_of_an_order_that_cannot_be_read_names_path_and_line(
    shop: FakeJsonShop, settings: Path
) -> None:
    order = shop.book.add()
    order.spoiled = True
    result = await run("preview", "--settings", settings, "--store", "attic", order.id)
    assert result.exit_code == 1
    line = line_of(settings, "total: amounts.total")
    assert (
        f"not sent: total: expected money, found 'a lot' (from amounts.total, {settings}:{line})"
        in result.stdout
    )


async def test_preview_takes_the_number_also_where_the_shop_cannot_be_asked_for_it(
    shop: FakeJsonShop, settings: Path
) -> None:
    order = shop.book.add()
    order.number = "WEB-77"
    result = await run("preview", "--settings", settings, "--store", "attic", "web-77")
    assert result.exit_code == 0, result.output
    assert f"id: '{order.id}'\nnumber: WEB-77\n" in result.stdout


async def test_an_unknown_order_is_one_line_with_where_to_look(settings: Path) -> None:
    for words in (("preview", "77"), ("try", "--order", "77", "reference")):
        result = await run(words[0], "--settings", settings, *words[1:])
        assert result.exit_code == 1
        assert "does not know the order '77'. Type the number that people see or" in result.stderr
        assert "`portside export --store attic --since 7d` prints the orders" in result.stderr


async def test_explain_shows_each_exchange_without_secrets(
    shop: FakeJsonShop, settings: Path
) -> None:
    for _ in range(12):
        shop.book.add()
    result = await run(
        "explain", "--settings", settings, "--store", "attic", "--limit", 100, "--body", 200
    )
    assert result.exit_code == 0
    assert result.stdout.count("→ GET ") == 2 * 2, "two pages, in two readings"
    assert result.stdout.count("← 200 after ") == 2 * 2
    assert "characters more (--body)" in result.stdout
    assert "✓ 12 orders read" in result.stdout
    assert TOKEN not in result.output


async def test_explain_shows_attempts_and_ends_with_the_error(
    shop: FakeJsonShop, settings: Path
) -> None:
    write(settings, f"{settings_text(settings)}    upstream: {{attempts: 1}}\n")
    shop.faults.add(Answer(503, '{"error": {"message": "busy"}}'), times=None)
    result = await run("explain", "--settings", settings, "--store", "attic", "--since", "1h")
    assert result.exit_code == 1
    assert "← 503 after " in result.stdout
    assert "✗ UnavailableError: GET " in result.stdout


async def test_explain_of_one_order(shop: FakeJsonShop, settings: Path) -> None:
    order = shop.book.add()
    result = await run(
        "explain", "--settings", settings, "--store", "attic", "--order", order.id, "--body", 0
    )
    assert [line.split()[0] for line in result.stdout.splitlines() if line] == ["→", "←", "✓"]


@pytest.mark.parametrize("command", ["fetch", "explain"])
async def test_a_span_that_ends_before_it_starts_is_refused(settings: Path, command: str) -> None:
    result = await run(
        command, "--settings", settings, "--store", "attic", "--since", "1d", "--until", "2d"
    )
    assert result.exit_code == 2
    assert "expected a time before --until" in result.stderr
