"""Every way to prove who we are works, and the ways hosts break it are met or named."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import ValidationError

from connectors.errors import AuthenticationError
from connectors.testing.shops.woocommerce import Access, FakeWooCommerceShop
from connectors.testing.trial import QUICK, at, failure, ids, walk
from connectors.upstream.auth.auth import BasicAuth, OAuth1Auth, QueryAuth
from connectors.upstream.client import Upstream
from connectors.woocommerce.api.auth import HeaderThenQuery, make_auth
from connectors.woocommerce.settings import WooCommerceSettings
from tests.connectors.woocommerce.harness import open_woocommerce

ORDERS = "wp-json/wc/v3/orders"


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop(access=Access(https=True)) as shop:
        shop.book.add(modified_at=at(1))
        yield shop


def both_ways(shop: FakeWooCommerceShop, secret: str = "") -> HeaderThenQuery:
    given = secret or shop.access.secret
    return HeaderThenQuery(
        BasicAuth(shop.access.key, given),
        QueryAuth({"consumer_key": shop.access.key, "consumer_secret": given}),
    )


def settings(**changes: str) -> WooCommerceSettings:
    return WooCommerceSettings.model_validate(
        {
            "type": "woocommerce",
            "url": "https://shop.example",
            "consumer_key": "ck",
            "consumer_secret": "cs",
            **changes,
        }
    )


@pytest.mark.parametrize("mode", ["basic", "query"])
async def test_key_and_secret_work_over_https_in_header_and_query(
    shop: FakeWooCommerceShop, mode: str
) -> None:
    async with open_woocommerce(shop, QUICK, auth=mode) as connector:
        assert len(await ids(connector)) == 1
    assert all(("consumer_secret" in seen.query) is (mode == "query") for seen in shop.requests)


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
async def test_requests_are_signed_over_plain_http_as_woocommerce_checks_it(
    shop: FakeWooCommerceShop, digest: str
) -> None:
    shop.access.https = False
    auth = OAuth1Auth(shop.access.key, shop.access.secret, digest=digest)
    async with Upstream.open(shop.url, auth=auth, policy=QUICK) as upstream:
        odd = [("search", "a b+c&d=é~*'()%"), ("status[]", "any"), ("per_page", "5")]
        assert (await upstream.get(ORDERS, odd)).json() == []
    assert shop.access.secret not in shop.requests[0].raw_path


async def test_plain_http_without_a_signature_is_refused_with_words(
    shop: FakeWooCommerceShop,
) -> None:
    shop.access.https = False
    async with open_woocommerce(shop, QUICK, auth="basic") as connector:
        error = await failure(walk(connector), AuthenticationError)
        report = await connector.check()
    assert error.code == "woocommerce_rest_cannot_view"
    assert any("https" in finding.advice for finding in report.findings)


async def test_a_wrong_secret_is_told_from_a_key_that_did_not_arrive(
    shop: FakeWooCommerceShop,
) -> None:
    async with open_woocommerce(
        shop, QUICK, auth="basic", consumer_secret="wrong-secret"
    ) as connector:
        error = await failure(walk(connector), AuthenticationError)
        report = await connector.check()
    assert error.code == "woocommerce_rest_authentication_error"
    assert "wrong-secret" not in str(error)
    assert "Make a new key" in str(error)
    assert any("new key" in finding.advice for finding in report.findings)


async def test_a_host_that_drops_the_header_gets_the_query_string_and_keeps_getting_it(
    shop: FakeWooCommerceShop,
) -> None:
    shop.access.strips_header = True
    auth = both_ways(shop)
    async with Upstream.open(shop.url, auth=auth, policy=QUICK) as upstream:
        for _ in range(3):
            assert len((await upstream.get(ORDERS)).json()) == 1
    assert auth.by_query
    assert ["consumer_secret" in seen.query for seen in shop.requests] == [False, True, True, True]


async def test_a_wrong_secret_is_tried_in_the_query_string_and_then_kept_out_of_it(
    shop: FakeWooCommerceShop,
) -> None:
    async with Upstream.open(
        shop.url, auth=both_ways(shop, "wrong-secret"), policy=QUICK
    ) as upstream:
        for _ in range(5):
            await failure(upstream.get(ORDERS), AuthenticationError)
    assert ["consumer_secret" in seen.query for seen in shop.requests] == [
        False,
        True,
        True,
        False,
        False,
        False,
    ]


def test_auto_means_the_header_over_https_and_signatures_over_http() -> None:
    assert isinstance(make_auth(settings()), HeaderThenQuery)
    assert isinstance(make_auth(settings(url="http://shop.example")), OAuth1Auth)
    assert isinstance(make_auth(settings(auth="oauth1")), OAuth1Auth)
    assert type(make_auth(settings(auth="basic"))) is BasicAuth
    assert type(make_auth(settings(auth="query"))) is QueryAuth


def test_all_forms_of_the_secrets_are_known_for_masking() -> None:
    assert {"ck", "cs"} <= set(make_auth(settings()).secrets)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://shop.example/", "https://shop.example"),
        (" https://shop.example/store/ ", "https://shop.example/store"),
        ("https://shop.example/wp-json/wc/v3/", "https://shop.example"),
        ("http://127.0.0.1:8081", "http://127.0.0.1:8081"),
    ],
)
def test_the_address_is_kept_but_for_what_people_paste_too_much(given: str, kept: str) -> None:
    assert settings(url=given).url == kept


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "shop.example"},
        {"url": "ftp://shop.example"},
        {"url": "https://ck:cs@shop.example"},
        {"url": "https://shop.example/?x=1"},
        {"consumer_key": " "},
        {"consumer_key": "cs_1"},
        {"shipped_status": "cancelled"},
        {"partial_status": "wc-refunded"},
        {"auth": "digest"},
        {"consumer_keys": "x"},
    ],
)
def test_settings_that_cannot_work_are_refused_without_showing_secrets(
    changes: dict[str, str],
) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(**changes)
    assert "cs@" not in str(caught.value)
