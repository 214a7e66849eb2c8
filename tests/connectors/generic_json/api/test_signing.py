"""Signatures over sorted parameters as marketplaces want them, checked by shops that work them out
by themselves from the bytes they were sent.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.testing.requests import SeenRequest
from connectors.testing.shops.json_shop import answer
from connectors.testing.trial import WINDOW
from connectors.upstream.auth.signatures import HmacAuth, Sorting
from connectors.upstream.request import Request, encode_params
from tests.connectors.generic_json.api.strict_shop import SECRET, StrictShop, differ
from tests.connectors.generic_json.shops import connected

POSTED = {
    "request": {
        "method": "POST",
        "path": "api/orders",
        "query": {"empty": "", "Zeta": "ä &="},
        "body": {"page": "{{ page.number }}", "since": "{{ window.start }}", "list": [1, "b"]},
    },
    "paging": {"kind": "none"},
}


async def count(shop: StrictShop, auth: dict[str, Any], **changes: Any) -> int:
    async with connected(shop, {"auth": auth, **changes}) as connector:
        return len([each async for each in connector.list_orders(WINDOW)])


def keyed(text: str, digest: str = "sha256") -> str:
    return hmac.new(SECRET.encode(), text.encode(), digest).hexdigest()


def query_of(seen: SeenRequest) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(seen.raw_path).query, keep_blank_values=True)


def is_now(text: str) -> bool:
    return abs(float(text) - datetime.now(UTC).timestamp()) < 60


def like_tiktok(seen: SeenRequest, _number: int) -> str:
    """Secret, path, sorted names and values without anything between, body, secret; hexadecimal in
    the query, with neither signature nor token among what is signed.
    """
    pairs = query_of(seen)
    told = "".join(f"{n}{v}" for n, v in sorted(pairs) if n not in {"sign", "access_token"})
    text = f"{SECRET}{seen.path}{told}{seen.body.decode()}{SECRET}"
    return (
        differ(dict(pairs)["sign"], keyed(text))
        or differ(is_now(dict(pairs)["timestamp"]), True)  # noqa: FBT003 - compared
        or differ([n for n, _ in pairs].count("sign"), 1)
    )


TIKTOK = {
    "kind": "hmac",
    "secret": SECRET,
    "message": "{secret}{bare_path}{parameters}{body}{secret}",
    "parameters": {"of": ["query"], "pair": "", "between": "", "leave_out": ["access_token"]},
    "parameter": "sign",
    "headers": {},
    "query": {"app_key": "app", "timestamp": "{timestamp}"},
}


def like_lazada(seen: SeenRequest, _number: int) -> str:
    """Path, sorted names and values; capitals; milliseconds."""
    pairs = query_of(seen)
    told = "".join(f"{n}{v}" for n, v in sorted(pairs) if n != "sign")
    return differ(dict(pairs)["sign"], keyed(f"{seen.path}{told}").upper()) or differ(
        is_now(str(int(dict(pairs)["timestamp"]) / 1000)),
        True,  # noqa: FBT003 - compared
    )


LAZADA = {
    "kind": "hmac",
    "secret": SECRET,
    "message": "{bare_path}{parameters}",
    "parameters": {"of": ["query"], "pair": "", "between": ""},
    "parameter": "sign",
    "encoding": "upper_hex",
    "timestamp": "epoch_ms",
    "headers": {},
    "query": {"app_key": "app", "timestamp": "{timestamp}", "sign_method": "sha256"},
}


def like_taobao(seen: SeenRequest, _number: int) -> str:
    """A plain MD5 over everything sorted, empty ones left out, signature in the body."""
    body = json.loads(seen.body)
    given_sign = body.pop("sign")
    texts = {
        n: v if isinstance(v, str) else json.dumps(v, separators=(",", ":"))
        for n, v in body.items()
    }
    pairs = [*query_of(seen), *texts.items()]
    told = "&".join(f"{n}={v}" for n, v in sorted(pairs) if v)
    text = f"{told}&key={SECRET}"
    return differ(given_sign, hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()) or (
        differ(len(body["nonce"]), 32)
        or differ(datetime.strptime(body["at"], "%Y-%m-%d %H:%M:%S").year > 2025, True)  # noqa: DTZ007, FBT003 - compared
    )


TAOBAO = {
    "kind": "hmac",
    "secret": SECRET,
    "message": "{parameters}&key={secret}",
    "keyed": False,
    "digest": "md5",
    "parameters": {"empty": False},
    "field": "sign",
    "headers": {},
    "fields": {"nonce": "{nonce}", "at": "{timestamp}"},
    "timestamp": "%Y-%m-%d %H:%M:%S",
    "zone": "Asia/Shanghai",
}


def like_a_header(seen: SeenRequest, _number: int) -> str:
    """Encoded as in OAuth, the signature in a header, Base64 for addresses, with another header
    among what is signed.
    """
    told = encode_params(sorted(query_of(seen)))
    text = f"{seen.method} {told} {seen.headers['X-Time']} {seen.headers['X-Nonce']}"
    digest = hmac.new(SECRET.encode(), text.encode(), "sha512").digest()
    wanted = f"v1={base64.urlsafe_b64encode(digest).decode().rstrip('=')}"
    return differ(seen.headers["Authorization"], wanted)


HEADER = {
    "kind": "hmac",
    "secret": SECRET,
    "message": "{method} {parameters} {header.X-Time} {nonce}",
    "parameters": {"of": ["query"], "encoded": True},
    "header": "Authorization",
    "prefix": "v1=",
    "digest": "sha512",
    "encoding": "base64url",
    "headers": {"X-Time": "{timestamp}", "X-Nonce": "{nonce}"},
}


@pytest.mark.parametrize(
    ("auth", "guard"),
    [
        (TIKTOK, like_tiktok),
        (LAZADA, like_lazada),
        (TAOBAO, like_taobao),
        (HEADER, like_a_header),
    ],
)
async def test_sorted_parameters_are_signed_as_the_shop_signs_them(
    auth: dict[str, Any], guard: Any
) -> None:
    async with StrictShop(guard) as shop:
        assert await count(shop, auth, orders=POSTED) == 1


async def test_a_token_is_in_the_request_before_it_is_signed_and_renewed_after_a_refusal() -> None:
    """As Shopee wants it: the token is among what is signed, and the call for it is signed too."""

    def check(seen: SeenRequest, token: str) -> str:
        pairs = dict(query_of(seen))
        text = f"{pairs['partner_id']}{seen.path}{pairs['timestamp']}{token}"
        return differ(pairs["sign"], keyed(text))

    def guard(seen: SeenRequest, number: int) -> str:
        token = f"token-{number}"
        return (
            differ(number, 2)
            or differ(dict(query_of(seen))["access_token"], token)
            or check(seen, token)
        )

    def grant(number: int) -> web.Response:
        return answer({"access_token": f"token-{number}", "refresh_token": f"again-{number}"})

    auth = {
        "kind": "hmac",
        "secret": SECRET,
        "message": "{query.partner_id}{bare_path}{query.timestamp}{query.access_token}",
        "parameter": "sign",
        "headers": {},
        "query": {"partner_id": "77", "timestamp": "{timestamp}"},
        "sign_login": True,
        "login": {
            "kind": "refresh_token",
            "token_url": "login",
            "refresh_token": "again-0",
            "carry": {"query": {"access_token": "{{ token.value }}"}},
        },
    }
    async with StrictShop(guard, lambda seen, _: check(seen, ""), grant) as shop:
        assert await count(shop, auth, orders=POSTED) == 1
        assert [seen.body for seen in shop.logins] == [
            b"grant_type=refresh_token&refresh_token=again-0",
            b"grant_type=refresh_token&refresh_token=again-1",
        ]


WORDS = st.text(st.characters(codec="utf-8"), max_size=8)


@settings(max_examples=30)
@given(st.lists(st.tuples(WORDS.filter(bool), WORDS), max_size=6), WORDS, WORDS)
def test_what_a_request_holds_is_never_taken_for_a_placeholder(
    pairs: list[tuple[str, str]], body: str, word: str
) -> None:
    """Whatever stands in a query and a body, the signed text is what the template says; done twice
    it is as if done once.
    """
    pairs = [*pairs, ("a", "{body}{secret}"), ("b", word)]
    content = f'{{"x": {json.dumps(body + "{parameters}{secret}")}}}'.encode()
    request = Request(
        method="POST",
        url=f"https://shop.example/o?{encode_params(pairs)}",
        headers=(("Content-Type", "application/json"),),
        body=content,
    )
    auth = HmacAuth(
        SECRET,
        template="{parameters}|{body}|{query.a}",
        parameter="sign",
        headers={},
        query={"t": "{timestamp}"},
        sorting=Sorting(of=("query",)),
        clock=lambda: 7.0,
        nonce=lambda: "n",
    )
    signed = auth.sign(request)
    told = [pair for pair in pairs if pair[0] not in {"sign", "t"}] + [("t", "7")]
    first_a = next(value for name, value in told if name == "a")
    text = "|".join(("&".join(f"{n}={v}" for n, v in sorted(told)), content.decode(), first_a))
    assert dict(query_of_url(signed.url))["sign"] == keyed(text)
    assert auth.sign(signed) == signed
    assert signed.body == content


def query_of_url(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)
