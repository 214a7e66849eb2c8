"""No text that a shop or a stranger may send does more than it should to the small parsers."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import ConnectorError
from connectors.orders import RejectedOrder
from connectors.shopify.api.graphql_client import judge_reply
from connectors.shopify.api.graphql_wire import read_gid
from connectors.shopify.mapping.order import decode_order
from connectors.shopify.settings import ShopifySettings, read_shop
from connectors.shopify.webhooks import ShopifyWebhooks
from connectors.testing.trial import at, walk
from connectors.upstream.client import Upstream
from connectors.upstream.response import Reply
from connectors.webhooks import UnreadableWebhookError, UnsignedWebhookError, Webhooks, is_signed
from connectors.woocommerce.webhooks import WooCommerceWebhooks
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.connectors.shopify.shops import open_shop
from tests.server.webhooks.fronts import sign


@given(st.integers(0, 2**63))
def test_a_global_id_gives_its_number(number: int) -> None:
    assert read_gid(f"gid://shopify/Order/{number}") == number


@given(st.text())
def test_another_text_is_no_global_id(text: str) -> None:
    with suppress(msgspec.ValidationError):
        assert read_gid(text) >= 0


@given(st.text())
def test_a_shops_address_is_its_own_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert read_shop(text).endswith(".myshopify.com")


@given(st.binary())
def test_no_bytes_make_decoding_an_order_raise(raw: bytes) -> None:
    assert isinstance(decode_order(raw), RejectedOrder)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["errors", "data", "message", "extensions", "cost"]), inner
        )
    ),
    max_leaves=8,
)


@given(values)
def test_no_graphql_answer_makes_judging_raise_anything_but_our_errors(value: Any) -> None:
    with suppress(ConnectorError):
        judge_reply(
            Reply(status=200, content=json.dumps(value).encode(), url="https://x/graphql.json")
        )


@given(body=st.binary(), signature=st.text())
def test_only_the_right_signature_signs(body: bytes, signature: str) -> None:
    assert is_signed(body, "secret", sign(body, "secret"))
    assert not is_signed(body, "", sign(body, ""))
    assert not is_signed(body, "secret", signature)


@given(body=st.binary() | values.map(lambda value: json.dumps(value).encode()))
def test_no_signed_body_makes_a_webhook_raise_anything_but_its_two_errors(body: bytes) -> None:
    upstream: Any = object.__new__(Upstream)
    api: Any = None
    settings = ShopifySettings(shop="north", access_token="shpat_0")
    kinds: dict[str, Webhooks] = {
        "Shopify-Hmac-Sha256": ShopifyWebhooks(upstream, settings),
        "WC-Webhook-Signature": WooCommerceWebhooks(api),
    }
    for name, webhooks in kinds.items():
        headers = {
            f"X-{name}": sign(body),
            "X-Shopify-Topic": "orders/updated",
            "X-WC-Webhook-Topic": "order.updated",
        }
        try:
            hint = webhooks.read(headers, body, "a-long-random-text")
        except (UnreadableWebhookError, UnsignedWebhookError):
            continue
        assert hint is not None
        assert hint.order_id.lstrip("-").isdecimal()


async def test_orders_that_come_without_an_id_are_all_set_aside() -> None:
    async with FakeShopify() as shop:
        for minute in (1, 2, 3):
            shop.book.add(modified_at=at(minute)).extra["json"] = {"id": None}
        async with open_shop(shop, transport="rest") as connector:
            found = await walk(connector)
    assert [type(one) for one in found] == [RejectedOrder] * 3
