"""Every way to log in that settings can say, tried against a shop that lets nobody else in."""

import base64
import hashlib
import hmac
from typing import Any

import pytest
from aiohttp import web

from connectors.errors import AuthenticationError
from connectors.testing.shops.json_shop import answer
from connectors.testing.trial import WINDOW, failure
from tests.connectors.generic_json.shops import TinyShop, connected, order

PAGE = {"orders": [order()], "count": 1}
SECRET = "open-sesame-7"


def basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


class GuardedShop(TinyShop):
    """Lets in who shows `wanted`: headers, and query parameters behind a question mark.

    `tokens` are handed out by its logins.
    """

    def __init__(self, wanted: dict[str, str], login: dict[str, Any] | None = None) -> None:
        super().__init__(
            {"GET /api/orders": self.orders, "POST /login": self.login, "POST /token": self.login}
        )
        self.wanted = wanted
        self.granted = login or {}
        self.logins: list[web.Request] = []

    async def orders(self, request: web.Request) -> web.Response:
        """The list, for whoever shows what is wanted."""
        shown = {**request.headers, **{f"?{name}": value for name, value in request.query.items()}}
        if all(shown.get(name) == value for name, value in self.wanted.items()):
            return answer(PAGE)
        return answer({"error": {"message": "who are you?"}}, 401)

    async def login(self, request: web.Request) -> web.Response:
        """A token, in the body or a header."""
        self.logins.append(request)
        return answer(
            self.granted.get("body", {}),
            self.granted.get("status", 200),
            self.granted.get("headers"),
        )


async def lists(shop: GuardedShop, auth: dict[str, Any]) -> int:
    async with connected(shop, {"auth": auth}) as connector:
        return len([each async for each in connector.list_orders(WINDOW)])


@pytest.mark.parametrize(
    ("auth", "wanted"),
    [
        ({"kind": "none"}, {}),
        ({"kind": "basic", "username": SECRET}, {"Authorization": basic(SECRET, "")}),
        (
            {"kind": "basic", "username": "me", "password": SECRET},
            {"Authorization": basic("me", SECRET)},
        ),
        ({"kind": "bearer", "token": SECRET}, {"Authorization": f"Bearer {SECRET}"}),
        ({"kind": "header", "name": "X-Key", "value": SECRET}, {"X-Key": SECRET}),
        (
            {"kind": "header", "name": "Authorization", "prefix": "Token ", "value": SECRET},
            {"Authorization": f"Token {SECRET}"},
        ),
        ({"kind": "query", "parameters": {"key": SECRET, "id": "7"}}, {"?key": SECRET, "?id": "7"}),
        (
            {"kind": "oauth1", "consumer_key": "ck", "consumer_secret": SECRET},
            {"?oauth_consumer_key": "ck"},
        ),
    ],
)
async def test_what_never_changes_goes_into_each_request(
    auth: dict[str, Any], wanted: dict[str, str]
) -> None:
    async with GuardedShop(wanted) as shop:
        assert await lists(shop, auth) == 1


@pytest.mark.parametrize("send", ["form", "json", "basic"])
async def test_client_credentials_bring_a_token(send: str) -> None:
    auth = {
        "kind": "client_credentials",
        "token_url": "token",
        "client_id": "me",
        "client_secret": SECRET,
        "scope": "orders",
        "send": send,
    }
    async with GuardedShop(
        {"Authorization": "Bearer abcdef"}, {"body": {"access_token": "abcdef", "expires_in": 600}}
    ) as shop:
        assert await lists(shop, auth) == 1
        asked = next(seen for seen in shop.requests if seen.path == "/token")
        assert b"client_credentials" in asked.body
        assert (SECRET.encode() in asked.body) == (send != "basic")
        assert len(shop.logins) == 1


@pytest.mark.parametrize(
    ("send", "content_type"),
    [("form", "application/x-www-form-urlencoded"), ("json", "application/json")],
)
async def test_a_refresh_token_brings_a_token(send: str, content_type: str) -> None:
    auth = {
        "kind": "refresh_token",
        "token_url": "/token",
        "refresh_token": SECRET,
        "client_id": "me",
        "send": send,
        "header": "X-Token",
        "prefix": "",
    }
    async with GuardedShop({"X-Token": "abcdef"}, {"body": {"access_token": "abcdef"}}) as shop:
        assert await lists(shop, auth) == 1
        asked = next(seen for seen in shop.requests if seen.path == "/token")
        assert asked.headers["Content-Type"] == content_type
        assert SECRET.encode() in asked.body


@pytest.mark.parametrize(
    ("granted", "where", "wanted"),
    [
        (
            {"body": {"data": {"token": "abcdef"}}},
            {"token": "data.token"},
            {"Authorization": "Bearer abcdef"},
        ),
        (
            {"headers": {"X-Token": "abcdef"}},
            {"token_header": "x-token", "header": "X-Auth", "prefix": ""},
            {"X-Auth": "abcdef"},
        ),
    ],
)
async def test_a_login_call_brings_a_token_in_its_body_or_a_header(
    granted: dict[str, Any], where: dict[str, str], wanted: dict[str, str]
) -> None:
    auth = {
        "kind": "login",
        "path": "login",
        "body": {"user": "me", "password": SECRET},
        "lifetime": "23h",
        **where,
    }
    async with GuardedShop(wanted, granted) as shop:
        assert await lists(shop, auth) == 1
        assert shop.bodies("POST", "/login") == [{"user": "me", "password": SECRET}]


async def test_a_token_that_is_refused_is_asked_for_anew_once() -> None:
    auth = {"kind": "login", "path": "login", "token": "token"}
    async with GuardedShop(
        {"Authorization": "Bearer second"}, {"body": {"token": "first"}}
    ) as shop:
        shop.on_request.append(
            lambda seen: (
                shop.granted.update(body={"token": "second"}) if seen.method == "GET" else None
            )
        )
        assert await lists(shop, auth) == 1
        assert len(shop.logins) == 2


async def test_a_refusal_under_200_renews_the_token_too() -> None:
    async def orders(request: web.Request) -> web.Response:
        return answer(
            PAGE
            if request.headers["Authorization"] == "Bearer second"
            else {"errors": [{"code": "FORBIDDEN"}]}
        )

    auth = {"kind": "login", "path": "login", "token": "token"}
    rules = [{"when": "errors[?code == 'FORBIDDEN']", "means": "not_allowed"}]
    async with GuardedShop({}, {"body": {"token": "first"}}) as shop:
        shop.answers["GET /api/orders"] = orders
        shop.on_request.append(
            lambda seen: (
                shop.granted.update(body={"token": "second"}) if seen.method == "GET" else None
            )
        )
        async with connected(shop, {"auth": auth, "answers": {"rules": rules}}) as connector:
            assert len([each async for each in connector.list_orders(WINDOW)]) == 1
        assert len(shop.logins) == 2


@pytest.mark.parametrize("code", [400, 401, 403])
async def test_a_wrong_password_is_an_authentication_error(code: int) -> None:
    auth = {"kind": "login", "path": "login", "token": "token", "body": {"password": SECRET}}
    async with GuardedShop(
        {}, {"status": code, "body": {"message": f"wrong password {SECRET}"}}
    ) as shop:
        error = await failure(lists(shop, auth), AuthenticationError)
        assert SECRET not in str(error)


async def test_each_request_may_be_signed() -> None:
    auth = {
        "kind": "hmac",
        "secret": SECRET,
        "message": "{method} {path} {timestamp}",
        "header": "X-Sign",
        "encoding": "base64",
    }
    async with GuardedShop({}) as shop:
        assert await lists(shop, auth) == 1
        seen = shop.requests[-1]
        text = f"GET {seen.raw_path} {seen.headers['X-Timestamp']}"
        assert (
            seen.headers["X-Sign"]
            == base64.b64encode(
                hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest()
            ).decode()
        )


async def test_headers_of_the_settings_go_into_each_request() -> None:
    headers = {"User-Agent": "attic/1", "X-Site": "9"}
    async with GuardedShop(headers) as shop, connected(shop, {"headers": headers}) as connector:
        assert len([each async for each in connector.list_orders(WINDOW)]) == 1
