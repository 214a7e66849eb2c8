"""A webhook is a hint: checked, taken down once, answered at once, and seen in ShipStation's next
poll.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from connectors.testing.shop import FakeShop
from proxy.cli.main import main
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.databases import make_migrated_file, read_actions
from tests.server.webhooks.fronts import (
    ORDER,
    FakeWooCommerceWithWebhooks,
    message,
    open_front,
    poll,
    sign,
    store_of,
    tell,
)

SIGNATURES = {
    FakeShopify: "X-Shopify-Hmac-Sha256",
    FakeWooCommerceWithWebhooks: "X-WC-Webhook-Signature",
}


@pytest.fixture(params=[FakeShopify, FakeWooCommerceWithWebhooks])
async def shop(request: pytest.FixtureRequest) -> AsyncIterator[FakeShop]:
    async with request.param() as fake:
        fake.book.add()
        yield fake


@pytest.fixture
async def url(shop: FakeShop, tmp_path: Path) -> AsyncIterator[str]:
    async with open_front(shop, tmp_path) as address:
        yield address


def signature(shop: FakeShop) -> str:
    return SIGNATURES[type(shop)]


async def test_a_hint_makes_the_next_poll_hold_the_order_though_the_list_does_not(
    shop: FakeShop, url: str
) -> None:
    status, _ = await tell(url, *message(shop))
    assert status == 200
    page = await poll(url)
    assert page.count("<Order>") == 1
    assert ORDER in page


async def test_without_a_hint_the_window_is_empty(shop: FakeShop, url: str) -> None:  # noqa: ARG001 - the shop behind the URL
    assert "<Order>" not in await poll(url)


async def test_a_hint_does_not_ask_the_shop(shop: FakeShop, url: str) -> None:
    await tell(url, *message(shop))
    assert shop.requests == []


@pytest.mark.parametrize("wrong", ["", "nonsense", "other secret", "other body", "ünïcode"])
async def test_a_message_without_a_right_signature_is_refused(
    shop: FakeShop, url: str, wrong: str
) -> None:
    body, headers = message(shop)
    made = {"other secret": sign(body, "another"), "other body": sign(body + b" ")}
    told = headers | {signature(shop): made.get(wrong, wrong)}
    assert (await tell(url, body, told))[0] == 401
    assert (
        await tell(
            url, body, {name: value for name, value in headers.items() if name != signature(shop)}
        )
    )[0] == 401
    assert "<Order>" not in await poll(url)


async def test_the_signature_is_of_the_raw_body(shop: FakeShop, url: str) -> None:
    body = b'{ "id" :  1001, "extra": "\\u00e4" }\n'
    _, headers = message(shop)
    assert (await tell(url, body, headers | {signature(shop): sign(body)}))[0] == 200
    assert (
        await tell(
            url, json.dumps(json.loads(body)).encode(), headers | {signature(shop): sign(body)}
        )
    )[0] == 401


async def test_a_message_sent_again_is_heard_once(shop: FakeShop, url: str) -> None:
    assert await tell(url, *message(shop)) == (200, "heard")
    assert await tell(url, *message(shop)) == (200, "heard before")
    assert await tell(url, *message(shop, delivery="d-2")) == (200, "heard")


@pytest.mark.parametrize("change", ["none", "another name", "no name"])
async def test_a_signed_body_is_heard_once_whatever_its_headers_say(
    shop: FakeShop, url: str, change: str
) -> None:
    body, headers = message(shop)
    assert await tell(url, body, headers) == (200, "heard")
    names = {"X-Shopify-Webhook-Id", "X-WC-Webhook-Delivery-ID"}
    told = {
        name: "d-2" if change == "another name" and name in names else value
        for name, value in headers.items()
    }
    if change == "no name":
        told = {
            name: value
            for name, value in told.items()
            if name not in names | {"X-WC-Webhook-ID", "X-Shopify-Triggered-At"}
        }
    assert await tell(url, body, told) == (200, "heard before")


async def test_a_deleted_order_is_heard_and_harms_no_poll(shop: FakeShop, url: str) -> None:
    topic = "orders/delete" if isinstance(shop, FakeShopify) else "order.deleted"
    shop.book.delete(ORDER)
    assert (await tell(url, *message(shop, topic=topic)))[0] == 200
    assert "<Order>" not in await poll(url)


async def test_another_topic_is_heard_and_does_nothing(shop: FakeShop, url: str) -> None:
    assert await tell(url, *message(shop, topic="products/update")) == (200, "heard; nothing to do")


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"id":"x"}', b"\xff", b'{"id":1.5}', b"{" * 5000]
)
async def test_a_signed_message_that_names_no_order_is_refused(
    shop: FakeShop, url: str, body: bytes
) -> None:
    _, headers = message(shop)
    status, words = await tell(url, body, headers | {signature(shop): sign(body)})
    assert (status, "expected an order with its id" in words) == (400, True)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, gzip"])
async def test_a_packed_message_is_refused_before_it_is_unpacked(
    shop: FakeShop, url: str, coding: str
) -> None:
    body, headers = message(shop)
    for packed in (gzip.compress(body), body):
        told = headers | {signature(shop): sign(packed), "Content-Encoding": coding}
        status, words = await tell(url, packed, told)
        assert (status, "expected no Content-Encoding" in words) == (415, True)
    assert "<Order>" not in await poll(url)


async def test_a_body_beyond_the_limit_is_refused(shop: FakeShop, url: str) -> None:
    _, headers = message(shop)
    body = b'{"id":1001,"note":"' + b"x" * 300_000 + b'"}'
    assert (await tell(url, body, headers | {signature(shop): sign(body)}))[0] == 413


async def test_an_unknown_store_is_not_found(shop: FakeShop, url: str) -> None:
    assert (await tell(url, *message(shop), store="south"))[0] == 404


async def test_webhooks_are_off_unless_the_settings_turn_them_on(
    shop: FakeShop, tmp_path: Path
) -> None:
    async with open_front(shop, tmp_path, webhooks=None) as address:
        assert (await tell(address, *message(shop)))[0] == 404


async def test_shopifys_old_message_is_refused_as_a_replay(tmp_path: Path) -> None:
    async with FakeShopify() as shop, open_front(shop, tmp_path) as url:
        for hours, status in ((-7, 400), (-5, 200), (7, 400)):
            sent = (datetime.now(UTC) + timedelta(hours=hours)).isoformat()
            changed = datetime.now(UTC) + timedelta(hours=max(hours, 0))
            told = message(
                shop,
                delivery=f"d{hours}",
                changed=changed,
                headers={"X-Shopify-Triggered-At": sent},
            )
            assert (await tell(url, *told))[0] == status


@pytest.mark.parametrize("said", [None, "", "nonsense", "0001-01-01T00:00:00+14:00", "now"])
async def test_shopifys_old_body_is_refused_whatever_its_header_says(
    tmp_path: Path, said: str | None
) -> None:
    async with FakeShopify() as shop, open_front(shop, tmp_path) as url:
        for hours, status in ((-7, 400), (-5, 200)):
            changed = datetime.now(UTC) + timedelta(hours=hours)
            body, headers = message(shop, delivery=f"d{hours}", changed=changed)
            headers.pop("X-Shopify-Triggered-At")
            if said is not None:
                headers["X-Shopify-Triggered-At"] = (
                    datetime.now(UTC).isoformat() if said == "now" else said
                )
            assert (await tell(url, body, headers))[0] == status


async def test_woocommerces_body_may_be_dated_before_the_change_but_not_for_ever(
    tmp_path: Path,
) -> None:
    async with FakeWooCommerceWithWebhooks() as shop, open_front(shop, tmp_path) as url:
        for days, status in ((-31, 400), (-29, 200), (31, 400)):
            changed = datetime.now(UTC) + timedelta(days=days)
            assert (await tell(url, *message(shop, delivery=f"d{days}", changed=changed)))[
                0
            ] == status


async def test_a_message_of_a_deleted_order_has_no_time_and_is_heard_once(
    shop: FakeShop, url: str
) -> None:
    _, headers = message(
        shop, topic="orders/delete" if isinstance(shop, FakeShopify) else "order.deleted"
    )
    body = b'{"id":1001}'
    told = {name: value for name, value in headers.items() if name != "X-Shopify-Triggered-At"} | {
        signature(shop): sign(body)
    }
    assert [(await tell(url, body, told))[1] for _ in range(2)] == ["heard", "heard before"]


async def test_shopifys_message_for_another_shop_is_refused(tmp_path: Path) -> None:
    async with FakeShopify() as shop, open_front(shop, tmp_path) as url:
        assert (
            await tell(
                url, *message(shop, headers={"X-Shopify-Shop-Domain": "south.myshopify.com"})
            )
        )[0] == 401


async def test_woocommerces_unsigned_ping_is_answered_and_nothing_more(tmp_path: Path) -> None:
    async with FakeWooCommerceWithWebhooks() as shop, open_front(shop, tmp_path) as url:
        assert await tell(
            url, b"webhook_id=7", {"Content-Type": "application/x-www-form-urlencoded"}
        ) == (200, "heard; nothing to do")
        assert (await tell(url, b"webhook_id=7&id=1001", {}))[0] == 401


async def run(shop: FakeShop, folder: Path, *words: str, **changes: Any) -> tuple[int, str]:
    """The command, as a person runs it."""
    store = {name: value for name, value in (store_of(shop) | changes).items() if value is not None}
    file = folder / "settings.yaml"
    file.write_text(
        json.dumps({"database": f"sqlite:///{folder}/portside.db", "stores": {"north": store}})
    )
    words = (*words[:1], "--settings", str(file), "--store", "north", *words[1:])
    result = await asyncio.to_thread(CliRunner().invoke, main, ["webhooks", *words])
    return result.exit_code, result.output


async def test_registered_listed_and_removed_by_the_command(shop: FakeShop, tmp_path: Path) -> None:
    assert isinstance(shop, FakeShopify | FakeWooCommerceWithWebhooks)
    kept = make_migrated_file(tmp_path / "portside.db")
    code, output = await run(shop, tmp_path, "register")
    assert (code, output.count("registered")) == (0, 2), output
    addresses = {one.get("address") or one.get("delivery_url") for one in shop.webhooks.values()}
    assert addresses == {"https://portside.example/webhooks/north"}
    assert "nothing to do" in (await run(shop, tmp_path, "register"))[1]
    assert (await run(shop, tmp_path, "list"))[1].count("(Portside)") == 2
    assert (await run(shop, tmp_path, "remove"))[0] == 0
    assert shop.webhooks == {}
    assert "nothing to do" in (await run(shop, tmp_path, "remove"))[1]
    assert (await run(shop, tmp_path, "list"))[1] == "none\n"
    assert await read_actions(kept) == [
        ("register webhooks", "north", ""),
        ("remove webhooks", "north", ""),
    ]


async def test_the_command_says_what_is_wrong_in_one_line(shop: FakeShop, tmp_path: Path) -> None:
    code, output = await run(shop, tmp_path, "register", webhooks=None)
    assert (code, output) == (
        1,
        "Error: store 'north' has no webhooks: block; add one with Portside's public address\n",
    )
    code, output = await run(shop, tmp_path, "remove", "99")
    assert code == 1
    assert output.startswith("Error: north: ")
    assert output.count("\n") == 1
