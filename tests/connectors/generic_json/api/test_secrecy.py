"""No password, key, token, field of a login or assertion is shown: not in what an operator sees of
the exchanges, not in an error, not in a log, though the shop repeats all it was shown.
"""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from connectors.errors import AuthenticationError, ConnectorError, RefusedError
from connectors.generic_json.api.auth.carriage import TokenMarks
from connectors.testing.shops.json_shop import answer
from connectors.testing.trial import WINDOW, failure
from connectors.upstream.auth.token_answer import make_token_reader
from connectors.upstream.exchange import Exchange
from connectors.upstream.masking import Mask
from connectors.upstream.request import Request
from connectors.upstream.response import Reply
from tests.connectors.generic_json.api.strict_shop import StrictShop
from tests.connectors.generic_json.api.test_service_accounts import ACCOUNT, PASSWORD, SHARED
from tests.connectors.generic_json.api.test_signing import TIKTOK
from tests.connectors.generic_json.shops import connected

HIDDEN = ("hidden-token-", "hidden-again-", "hidden-session-", "hidden-crumb-", "eyJ")
FIELDS = {"session": "data.session"}
CARRY = {"query": {"s": "{{ token.session }}"}, "headers": {"X-T": "{{ token.value }}"}}
CALL = {"kind": "login", "path": "login", "token": "access_token"}


def grant(number: int) -> web.Response:
    """All that a login may bring, under names that give nothing away as well."""
    return answer(
        {
            "access_token": f"hidden-token-{number}",
            "refresh_token": f"hidden-again-{number}",
            "data": {"session": f"hidden-session-{number}", "said": "be our guest", "user": 7},
        },
        200,
        {"Set-Cookie": f"sid=hidden-crumb-{number}"},
    )


@pytest.mark.parametrize(
    "auth",
    [
        {**CALL, "form": {"user": "me", "pwd": "open-sesame-7"}, "fields": FIELDS, "carry": CARRY},
        {**CALL, "method": "GET", "query": {"u": "me", "pin": "open-sesame-7"}}
        | {"secrets": ["open-sesame-7"]},
        {"kind": "login", "path": "login", "token_cookie": "sid"},
        {**PASSWORD, "fields": FIELDS, "carry": {"body": {"s": "{{ token.session }}"}}},
        {**ACCOUNT, "algorithm": "HS256", "key": SHARED, "token_url": "login"},
        {**ACCOUNT, "algorithm": "HS256", "key": SHARED},
        {**ACCOUNT, "algorithm": "HS256", "key": SHARED, "token_url": "login", "grant": "client"},
        {"kind": "body", "fields": {"k": "open-sesame-7"}},
        {**TIKTOK, "login": {**PASSWORD, "fields": FIELDS, "carry": CARRY}},
    ],
)
async def test_nothing_secret_is_shown_where_the_shop_repeats_it(auth: dict[str, Any]) -> None:
    exchanges: list[Exchange] = []
    orders = {
        "request": {
            "method": "POST",
            "path": "api/orders",
            "body": {"page": "{{ page.number }}", "since": "{{ window.start }}"},
        }
    }
    async with StrictShop(lambda *_: "no", grant=grant) as shop:
        with capture_logs() as logs:
            async with connected(
                shop, {"auth": auth, "orders": orders}, observer=exchanges.append
            ) as connector:
                error = await failure(_read_all(connector), AuthenticationError)
    assert exchanges
    shown = [
        str(error),
        json.dumps(logs, default=str),
        *(f"{each.url} {each.error}" for each in exchanges),
        *(each.request_body.decode() for each in exchanges),
        *(each.response_body.decode() for each in exchanges),
    ]
    for secret in (*HIDDEN, "open-sesame-7", SHARED, "app-secret"):
        for form in {secret, quote(secret, safe=""), urlencode({"": secret})[1:]}:
            assert not [text for text in shown if form in text]


async def test_a_token_is_not_shown_in_the_words_of_a_refusal() -> None:
    """The shop's own words are found by the settings, and were once masked with what was secret
    before the login.
    """
    async with StrictShop(lambda *_: "no", grant=grant) as shop:
        shop.refusal = 422
        message = {"message": "split(error.message, 'Authorization')[1]"}
        async with connected(shop, {"auth": CALL, "answers": message}) as connector:
            error = await failure(_read_all(connector), RefusedError)
    assert "Bearer ***" in str(error)
    assert "hidden-token" not in str(error)


async def _read_all(connector: Any) -> None:
    async for _ in connector.list_orders(WINDOW):
        pass


def test_the_answer_to_a_login_is_shown_as_far_as_it_helps() -> None:
    mask = Mask()
    body = grant(1).body
    assert isinstance(body, bytes)
    assert json.loads(mask.login_answer(body)) == {
        "access_token": "***",
        "refresh_token": "***",
        "data": {"session": "***", "said": "be our guest", "user": 7},
    }
    assert (
        mask.login_answer(b"<r><sid>hidden7</sid>wrong pin</r>")
        == b"<r><sid>***</sid>wrong pin</r>"
    )
    assert mask.login_answer(b"hidden-token-7") == b"***"
    assert mask.login_answer(b'"hidden7"') == b'"***"'


@settings(max_examples=50)
@given(
    st.dictionaries(st.text("abc", min_size=1), st.text("xyz019-_.", min_size=4), max_size=4),
    st.sampled_from(["json", "xml", "attribute", "text"]),
)
def test_no_word_of_a_login_answer_is_shown(found: dict[str, str], form: str) -> None:
    written = {
        "json": json.dumps({"deep": [found]}),
        "xml": "".join(f"<{name}>{value}</{name}>" for name, value in found.items()),
        "attribute": "".join(f'<a {name}="{value}"/>' for name, value in found.items()),
        "text": " ".join(f"{name}: {value * 3}" for name, value in found.items()),
    }
    shown = Mask().login_answer(written[form].encode()).decode()
    assert not [
        value for value in found.values() if (value * 3 if form == "text" else value) in shown
    ]


@pytest.mark.parametrize(
    "content",
    [
        b'"' + b"a" * 16_385 + b'"',
        b'"two\\r\\nX-Evil: lines"',
        b"\xff\xfe\xfd",
        b"a" * 5_000_000,
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"",
    ],
)
@pytest.mark.parametrize("place", [{"path": "@"}, {"path": "a.a.a"}, {"fields": {"s": "a.0.b"}}])
def test_a_hostile_answer_to_a_login_ends_in_words_and_soon(
    content: bytes, place: dict[str, Any]
) -> None:
    begun = time.process_time()
    with pytest.raises(ConnectorError) as caught:
        make_token_reader(**place)(Reply(status=200, content=content))
    assert len(str(caught.value)) < 500
    assert "X-Evil" not in str(caught.value)
    assert "aaaaaaaa" not in str(caught.value)
    assert time.process_time() - begun < 2


TOKENS = st.one_of(st.text(st.characters(min_codepoint=32, max_codepoint=126)), st.integers())


@settings(max_examples=40)
@given(TOKENS, TOKENS, st.text(st.characters(codec="utf-8"), max_size=20))
def test_a_mark_becomes_what_it_stands_for_and_nothing_else_changes(
    one: str | int, two: str | int, beside: str
) -> None:
    marks = TokenMarks(("one", "two"))
    mark = marks.values
    body = {"whole": mark["one"], "part": f'{beside}"{mark["two"]}"', "beside": beside}
    bare = Request(
        method="POST",
        url=f"https://a.example/{mark['one']}?b={mark['two']}",
        headers=(("Content-Type", "application/json"), ("X", f"a {mark['one']}")),
        body=json.dumps(body).encode(),
    )
    filled = marks.replace(bare, {"one": one, "two": two})
    assert json.loads(filled.body) == {
        "whole": one,
        "part": f'{beside}"{two}"',
        "beside": beside,
    }
    assert (
        filled.url == f"https://a.example/{quote(str(one), safe='')}?b={quote(str(two), safe='')}"
    )
    assert filled.read_header("X") == f"a {one}"
    assert marks.replace(filled, {"one": "other", "two": "other"}) == filled
