"""How requests prove who we are: published vectors, and servers that check."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from connectors.testing.faults import Answer
from connectors.upstream.auth.auth import (
    Auth,
    BasicAuth,
    BearerAuth,
    HeaderAuth,
    NoAuth,
    OAuth1Auth,
    QueryAuth,
    signature_base,
)
from connectors.upstream.auth.signatures import HmacAuth
from connectors.upstream.request import Request, encode_params, encode_segment
from tests.connectors.upstream.echo import EchoShop, asking

GET = Request(method="GET", url="https://shop.example/orders?a=1")


@pytest.fixture
async def shop() -> AsyncIterator[EchoShop]:
    async with EchoShop() as running:
        yield running


def header(request: Request, name: str) -> str | None:
    return dict(request.headers).get(name)


@pytest.mark.parametrize(
    ("auth", "name", "value"),
    [
        (BasicAuth("ck", "cs"), "Authorization", "Basic " + base64.b64encode(b"ck:cs").decode()),
        (BasicAuth("sk_1", ""), "Authorization", "Basic " + base64.b64encode(b"sk_1:").decode()),
        (BasicAuth("", "pass"), "Authorization", "Basic " + base64.b64encode(b":pass").decode()),
        (
            BasicAuth("jürgen", "ß"),
            "Authorization",
            "Basic " + base64.b64encode("jürgen:ß".encode()).decode(),
        ),
        (BearerAuth("t"), "Authorization", "Bearer t"),
        (HeaderAuth("X-Auth-Token", "t"), "X-Auth-Token", "t"),
        (HeaderAuth("Authorization", "t", prefix="Token "), "Authorization", "Token t"),
        (NoAuth(), "Authorization", None),
    ],
)
def test_what_stands_in_the_header(auth: Auth, name: str, value: str | None) -> None:
    assert header(auth.sign(GET), name) == value
    assert auth.sign(GET).url == GET.url


@pytest.mark.parametrize(
    "auth",
    [
        BasicAuth("a", "b"),
        BearerAuth("t"),
        QueryAuth({"k": "v", "k2": "ü&"}),
        HmacAuth("s", clock=lambda: 1.0),
    ],
)
def test_signing_twice_is_signing_once(auth: Auth) -> None:
    assert auth.sign(auth.sign(GET)) == auth.sign(GET)


def test_query_credentials_leave_the_other_parameters_byte_for_byte() -> None:
    request = Request(method="GET", url="https://shop.example/o?cursor=a%2bB~&consumer_key=old&x")
    signed = QueryAuth({"consumer_key": "ck 1"}).sign(request)
    assert signed.url == "https://shop.example/o?cursor=a%2bB~&x&consumer_key=ck%201"


def test_the_text_oauth_signs_is_that_of_the_standard() -> None:
    url = "http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b&c2=&a3=2%20q"
    stated = (
        "&oauth_consumer_key=9djdj82h48djs9d2&oauth_token=kkk9d7dh3k39sjv7"
        "&oauth_signature_method=HMAC-SHA1&oauth_timestamp=137131201&oauth_nonce=7d8f3e4a"
    )
    assert (
        signature_base("post", url + stated)
        == "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da"
        "%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2"
        "%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1"
        "%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    )


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("HTTP://EXAMPLE.com:80/r%20v/X?id=123", "http%3A%2F%2Fexample.com%2Fr%2520v%2FX&id%3D123"),
        ("https://www.example.net:8080/?q=1", "https%3A%2F%2Fwww.example.net%3A8080%2F&q%3D1"),
        ("https://example.net:443", "https%3A%2F%2Fexample.net%2F&"),
    ],
)
def test_the_address_oauth_signs_has_no_default_port(url: str, told: str) -> None:
    assert signature_base("GET", url) == f"GET&{told}"


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
async def test_a_shop_that_checks_oauth_accepts_our_signature(shop: EchoShop, digest: str) -> None:
    nonces: set[str] = set()

    async def check(request: web.Request) -> web.StreamResponse:
        pairs = [
            (name, value)
            for name, value in parse_qsl(urlsplit(request.raw_path).query, keep_blank_values=True)
        ]
        given_one = dict(pairs)["oauth_signature"]
        told = "&".join(
            f"{quote(n, safe='')}={quote(v, safe='')}"
            for n, v in sorted(pairs)
            if n != "oauth_signature"
        )
        text = f"{request.method}&{quote(shop.url + request.path, safe='')}&{quote(told, safe='')}"
        right = base64.b64encode(hmac.new(b"cs_1&", text.encode(), digest).digest()).decode()
        fresh = request.query["oauth_nonce"] not in nonces
        nonces.add(request.query["oauth_nonce"])
        return web.json_response({}, status=200 if given_one == right and fresh else 401)

    shop.answers["/api/orders"] = check
    shop.faults.add(Answer(503))
    async with asking(shop, auth=OAuth1Auth("ck_1", "cs_1", digest=digest)) as upstream:
        assert (
            await upstream.get(
                "orders",
                [("modified_after", "2026-03-02T12:00:00"), ("status[]", "any & all"), ("z", "ü")],
            )
        ).status == 200
        assert (await upstream.write("PUT", "orders", json={"a": 1})).status == 200
    assert len(nonces) == 2


@given(st.lists(st.tuples(st.text(min_size=1, max_size=8), st.text(max_size=8)), max_size=5))
def test_oauth_survives_any_parameters(pairs: list[tuple[str, str]]) -> None:
    pairs = [
        (name.encode("utf-8", "replace").decode(), value.encode("utf-8", "replace").decode())
        for name, value in pairs
    ]
    request = Request(method="GET", url=f"http://shop.example/o?{encode_params(pairs)}")
    signed = OAuth1Auth("ck", "cs").sign(request)
    sent = parse_qsl(urlsplit(signed.url).query, keep_blank_values=True)
    assert [pair for pair in sent if not pair[0].startswith("oauth_")] == [
        pair for pair in pairs if not pair[0].startswith("oauth_")
    ]
    assert "oauth_signature" in dict(sent)


def test_a_request_digest_covers_what_the_template_names() -> None:
    request = Request(
        method="POST", url="https://shop.example/o?a=%20b", body=b'{"x":"{timestamp}"}'
    )
    auth = HmacAuth(
        "key",
        template="{method}|{path}|{timestamp}|{body}",
        header="X-Sign",
        prefix="v1=",
        headers={"X-Time": "{timestamp}", "X-Client": "portside"},
        clock=lambda: 1700000000.9,
    )
    signed = auth.sign(request)
    text = b'POST|/o?a=%20b|1700000000|{"x":"{timestamp}"}'
    assert header(signed, "X-Sign") == "v1=" + hmac.new(b"key", text, hashlib.sha256).hexdigest()
    assert (header(signed, "X-Time"), header(signed, "X-Client")) == ("1700000000", "portside")


def test_a_request_digest_may_be_base64_of_another_hash() -> None:
    auth = HmacAuth(
        "key", template="{url}{body_sha256}", digest="sha512", encoding="base64", headers={}
    )
    text = GET.url.encode() + hashlib.sha256(b"").hexdigest().encode()
    assert (
        header(auth.sign(GET), "X-Signature")
        == base64.b64encode(hmac.new(b"key", text, hashlib.sha512).digest()).decode()
    )


@given(st.text(max_size=30))
def test_a_segment_is_one_segment(value: str) -> None:
    value = value.encode("utf-8", "replace").decode()
    made = encode_segment(value)
    assert "/" not in made
    assert "?" not in made
    assert "#" not in made
    assert made not in {".", ".."}
