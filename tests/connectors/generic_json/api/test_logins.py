"""Logins by form and by GET, tokens of several fields, and where they stand in requests, tried
against shops that refuse whatever is wrong.
"""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import web

from connectors.errors import AuthenticationError
from connectors.testing.requests import SeenRequest
from connectors.testing.shops.json_shop import Style, answer
from connectors.testing.trial import WINDOW, failure
from tests.connectors.generic_json.api.strict_shop import SECRET, StrictShop, differ
from tests.connectors.generic_json.shops import connected

POSTED = {
    "request": {
        "method": "POST",
        "path": "api/orders",
        "body": {"from": "{{ window.start }}", "page": "{{ page.number }}"},
    }
}


async def count(shop: StrictShop, auth: dict[str, Any], **changes: Any) -> int:
    async with connected(shop, {"auth": auth, **changes}) as connector:
        return len([each async for each in connector.list_orders(WINDOW)])


def has_bearer(seen: SeenRequest, number: int) -> str:
    return differ(seen.headers.get("Authorization"), f"Bearer token-{number}")


@pytest.mark.parametrize(
    ("call", "enter"),
    [
        (
            {"form": {"user": "me", "password": f"{SECRET}&ü"}},
            lambda seen: (
                (
                    seen.method,
                    seen.headers["Content-Type"],
                    parse_qsl(seen.body.decode()),
                )
                == (
                    "POST",
                    "application/x-www-form-urlencoded",
                    [("user", "me"), ("password", f"{SECRET}&ü")],
                )
            ),
        ),
        (
            {"method": "GET", "query": {"user": "me", "password": f"{SECRET}&ü"}},
            lambda seen: (
                (seen.method, dict(seen.query), seen.body)
                == ("GET", {"user": "me", "password": f"{SECRET}&ü"}, b"")
            ),
        ),
        (
            {"query": {"v": "2"}, "body": {"password": SECRET}, "headers": {"X-App": "7"}},
            lambda seen: (
                (seen.query["v"], seen.headers["X-App"], json.loads(seen.body))
                == ("2", "7", {"password": SECRET})
            ),
        ),
    ],
)
async def test_a_login_is_a_form_a_get_or_json(call: dict[str, Any], enter: Any) -> None:
    auth = {"kind": "login", "path": "login", "token": "token", **call}
    async with StrictShop(
        has_bearer, lambda seen, _: "" if enter(seen) else "another login was expected"
    ) as shop:
        assert await count(shop, auth) == 1


@pytest.mark.parametrize(
    ("granted", "place", "wanted"),
    [
        (lambda: answer("whole-7"), {"token": "@"}, ("Authorization", "Bearer whole-7")),
        (
            lambda: web.Response(text=" whole-7\n"),
            {"token": "@"},
            ("Authorization", "Bearer whole-7"),
        ),
        (
            lambda: answer({}, 200, {"Set-Cookie": "sid=crumb-7; Path=/; HttpOnly"}),
            {"token_cookie": "sid"},
            ("Cookie", "sid=crumb-7"),
        ),
        (
            lambda: answer({}, 200, {"Set-Cookie": "sid=crumb-7; Secure"}),
            {"token_cookie": "sid", "header": "X-Session", "prefix": ""},
            ("X-Session", "crumb-7"),
        ),
    ],
)
async def test_a_token_is_the_whole_answer_or_a_cookie(
    granted: Any, place: dict[str, str], wanted: tuple[str, str]
) -> None:
    name, value = wanted
    async with StrictShop(
        lambda seen, _: differ(seen.headers.get(name), value), grant=lambda _: granted()
    ) as shop:
        assert await count(shop, {"kind": "login", "path": "login", **place}) == 1


FIELDS = {
    "kind": "login",
    "path": "login",
    "token": "token",
    "fields": {"session": "data.session", "user": "data.user"},
}


def grant_fields(number: int) -> web.Response:
    """A token, a session and the number of a user, other ones each time."""
    data = {"session": f'sess "{number}" &<', "user": 40 + number}
    return answer({"token": f"token-{number}", "data": data})


async def test_a_token_of_several_fields_stands_in_header_query_and_body() -> None:
    auth = {
        **FIELDS,
        "carry": {
            "headers": {"X-Auth": "{{ token.user }}:{{ token.value | to_base64 }}"},
            "query": {"session": "{{ token.session }}"},
            "body": {"user": "{{ token.user }}", "from": "all of it"},
        },
    }

    def guard(seen: SeenRequest, number: int) -> str:
        coded = "dG9rZW4tMQ==" if number == 1 else "dG9rZW4tMg=="
        body = json.loads(seen.body)
        return (
            differ(seen.headers.get("X-Auth"), f"{40 + number}:{coded}")
            or differ(seen.query["session"], f'sess "{number}" &<')
            or differ((body["user"], body["from"], body["page"]), (40 + number, "all of it", 1))
            or differ("Authorization" in seen.headers, False)  # noqa: FBT003 - it is compared
        )

    async with StrictShop(guard, grant=grant_fields) as shop:
        assert await count(shop, auth, orders={**POSTED, "paging": {"kind": "none"}}) == 1


async def test_requests_say_where_a_field_stands_and_are_filled_in_anew_after_a_refusal() -> None:
    """The first token is refused: the second stands in every place, in that place's encoding."""
    request = {
        "method": "POST",
        "path": "api/orders/{{ token.session }}",
        "query": {"s": "{{ token.session }}"},
        "headers": {"X-User": "u{{ token.user }}"},
        "body": {
            "args": ["db", "{{ token.user }}", "{{ token.session }}"],
            "text": 'a "{{ token.session }}"',
            "page": "{{ page.number }}",
            "from": "{{ window.start }}",
        },
    }

    def guard(seen: SeenRequest, number: int) -> str:
        session = f'sess "{number}" &<'
        body = json.loads(seen.body)
        return (
            differ(number, 2)
            or differ(seen.path, f"/api/orders/{session}")
            or differ(seen.query["s"], session)
            or differ(seen.headers["X-User"], "u42")
            or differ(body["args"], ["db", 42, session])
            or differ(body["text"], f'a "{session}"')
            or has_bearer(seen, number)
        )

    async with StrictShop(guard, grant=grant_fields) as shop:
        orders = {"request": request, "paging": {"kind": "none"}}
        assert await count(shop, FIELDS, orders=orders) == 1
        assert len(shop.logins) == 2


async def test_a_login_of_fields_alone_is_renewed_once_for_all_who_wait() -> None:
    auth = {"kind": "login", "path": "login", "fields": {"session": "data.session"}}
    order_request = {"path": "orders/{{ id }}", "query": {"s": "{{ token.session }}"}}

    def guard(seen: SeenRequest, number: int) -> str:
        return differ(number, 2) or differ(seen.query["s"], f'sess "{number}" &<')

    async with (
        StrictShop(guard, grant=grant_fields) as shop,
        connected(shop, {"auth": auth, "order": {"request": order_request}}) as connector,
    ):
        await asyncio.gather(*(connector.raw_order("1") for _ in range(8)))
        assert len(shop.logins) == 2
        assert "Authorization" not in shop.requests[-1].headers


@pytest.mark.parametrize("lacking", [False, None, "", {}, 1.5])
async def test_a_login_without_a_field_is_a_wrong_password(lacking: Any) -> None:
    auth = {"kind": "login", "path": "login", "fields": {"user": "result"}}
    async with StrictShop(
        lambda *_: "never asked", grant=lambda _: answer({"result": lacking})
    ) as shop:
        error = await failure(count(shop, auth), AuthenticationError)
        assert "the login brought no user in field result; check user name and password" in str(
            error
        )
        assert [seen.path for seen in shop.requests] == ["/login"]


async def test_fields_are_kept_for_the_next_run_and_for_other_replicas(tmp_path: Path) -> None:
    file = tmp_path / "attic.token"
    auth = {
        **FIELDS,
        "carry": {"headers": {"X-User": "{{ token.user }}"}, "query": {"s": "{{ token.session }}"}},
        "keep": str(file),
    }

    def guard(seen: SeenRequest, number: int) -> str:
        return differ(number, 1) or differ(
            (seen.headers["X-User"], seen.query["s"]), ("41", 'sess "1" &<')
        )

    async with StrictShop(guard, grant=grant_fields) as shop:
        assert await asyncio.gather(*(count(shop, auth) for _ in range(3))) == [1, 1, 1]
        assert await count(shop, auth) == 1
        assert len(shop.logins) == 1
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        # With other fields it is another login.
        shop.guard = lambda *_: ""
        assert await count(shop, {**auth, "fields": {"session": "token", "user": "data.user"}}) == 1
        assert len(shop.logins) == 2


async def test_a_key_stands_in_each_body() -> None:
    """In the place of one of the same name, beside exact numbers; a GET has no body and no key."""

    def guard(seen: SeenRequest, _number: int) -> str:
        if seen.method == "GET":
            return differ(seen.body, b"")
        wanted = {"a": 1.50, "key": SECRET}
        told = json.loads(seen.body)
        return differ({name: told.get(name) for name in wanted}, wanted)

    auth = {"kind": "body", "fields": {"key": SECRET}}
    order_request = {"method": "POST", "path": "orders/{{ id }}", "body": {"key": "no", "a": 1.50}}
    async with (
        StrictShop(guard) as shop,
        connected(shop, {"auth": auth, "order": {"request": order_request}}) as connector,
    ):
        assert len([each async for each in connector.list_orders(WINDOW)]) == 1
        await connector.raw_order("1")


async def test_a_graphql_shop_takes_the_token_from_its_variables() -> None:
    def guard(seen: SeenRequest, number: int) -> str:
        found = json.loads(seen.body)["variables"]["auth"]
        return differ(number, 2) or differ(found, {"session": f'sess "{number}" &<', "user": 42})

    variables = {
        "auth": {"session": "{{ token.session }}", "user": "{{ token.user }}"},
        "options": {"skip": "{{ page.offset }}", "from": "{{ window.start }}"},
    }
    orders = {"request": {"body": {"query": "q", "variables": variables}}, "items": "orders"}
    async with (
        StrictShop(guard, grant=grant_fields) as shop,
        connected(
            shop, {"auth": FIELDS, "orders": {**orders, "paging": {"kind": "none"}}}, Style.GRAPHQL
        ) as connector,
    ):
        assert len([each async for each in connector.list_orders(WINDOW)]) == 1
