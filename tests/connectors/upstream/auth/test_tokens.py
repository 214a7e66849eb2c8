"""Logins that give a token: shared, renewed before it expires and once after a refusal, and told
apart from a login that is broken.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web

from connectors.errors import AuthenticationError, RefusedError, UnavailableError
from connectors.testing.faults import Answer
from connectors.upstream.auth.oauth2 import use_client_credentials, use_refresh_token
from connectors.upstream.auth.token_answer import make_token_reader
from connectors.upstream.auth.tokens import TokenAuth
from connectors.upstream.request import Request
from connectors.upstream.response import Reply
from tests.connectors.upstream.echo import EchoShop, asking


class TokenShop(EchoShop):
    """Hands out token-1, token-2, … and accepts only the newest."""

    def __init__(self) -> None:
        super().__init__()
        self.logins: list[dict[str, Any]] = []
        self.answers |= {"/oauth/token": self._token, "/api/orders": self._orders}
        self.lifetime: int | None = 3600
        self.password = "right"

    @property
    def newest(self) -> str:
        return f"token-{len(self.logins)}"

    async def _token(self, request: web.Request) -> web.StreamResponse:
        told = (
            dict(await request.post()) if "form" in request.content_type else await request.json()
        )
        self.logins.append({**told, "authorization": request.headers.get("Authorization", "")})
        if told.get("client_secret", "right") != self.password:
            return web.json_response(
                {"error": "invalid_client", "error_description": "Client authentication failed"},
                status=400,
            )
        answer = {
            "access_token": self.newest,
            "token_type": "Bearer",
            "refresh_token": f"refresh-{len(self.logins)}",
        }
        return web.json_response(
            answer | ({} if self.lifetime is None else {"expires_in": self.lifetime}),
            headers={"X-Token": self.newest},
        )

    async def _orders(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0)
        right = request.headers.get("Authorization") == f"Bearer {self.newest}"
        return web.json_response({"ok": right}, status=200 if right else 401)


@pytest.fixture
async def token_shop() -> AsyncIterator[TokenShop]:
    async with TokenShop() as running:
        yield running


class Hands:
    """A clock set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def credentials(shop: EchoShop, clock: Callable[[], float] = Hands(), **more: Any) -> TokenAuth:  # noqa: B008 - stands still
    return use_client_credentials(f"{shop.url}/oauth/token", "id-1", "right", clock=clock, **more)


async def test_many_requests_share_one_login(token_shop: TokenShop) -> None:
    async with asking(token_shop, auth=credentials(token_shop, scope="read write")) as upstream:
        await asyncio.gather(*(upstream.get("orders") for _ in range(8)))
    assert token_shop.logins == [
        {
            "grant_type": "client_credentials",
            "client_id": "id-1",
            "client_secret": "right",
            "scope": "read write",
            "authorization": "",
        }
    ]


async def test_client_credentials_may_go_into_the_basic_header_or_into_json(
    token_shop: TokenShop,
) -> None:
    async with asking(token_shop, auth=credentials(token_shop, basic=True)) as upstream:
        await upstream.get("orders")
    async with asking(token_shop, auth=credentials(token_shop, as_json=True)) as upstream:
        await upstream.get("orders")
    assert token_shop.logins[0] == {
        "grant_type": "client_credentials",
        "authorization": "Basic " + base64.b64encode(b"id-1:right").decode(),
    }
    assert token_shop.logins[1]["client_secret"] == "right"


async def test_a_token_is_renewed_before_it_expires(token_shop: TokenShop) -> None:
    clock = Hands()
    async with asking(token_shop, auth=credentials(token_shop, clock)) as upstream:
        await upstream.get("orders")
        clock.now = 3539.0
        await upstream.get("orders")
        assert len(token_shop.logins) == 1
        clock.now = 3541.0
        await upstream.get("orders")
        assert len(token_shop.logins) == 2


async def test_a_short_lived_token_is_not_renewed_at_every_request(token_shop: TokenShop) -> None:
    token_shop.lifetime = 40
    clock = Hands()
    async with asking(token_shop, auth=credentials(token_shop, clock)) as upstream:
        await upstream.get("orders")
        clock.now = 9.0
        await upstream.get("orders")
    assert len(token_shop.logins) == 1


@pytest.mark.parametrize("lifetime", [3600, None])
async def test_a_token_that_the_shop_no_longer_takes_is_renewed_once_for_all_who_wait(
    token_shop: TokenShop, lifetime: int | None
) -> None:
    token_shop.lifetime = lifetime
    async with asking(token_shop, auth=credentials(token_shop)) as upstream:
        await upstream.get("orders")
        token_shop.logins.append({})  # a newer token exists that we do not know
        await asyncio.gather(
            *(upstream.get("orders") for _ in range(4)), upstream.write("PUT", "orders", json={})
        )
    assert len(token_shop.logins) == 3


async def test_a_shop_that_refuses_the_new_token_too_is_not_asked_forever(
    token_shop: TokenShop,
) -> None:
    token_shop.faults.add(Answer(403), path="orders", times=None)
    async with asking(token_shop, auth=credentials(token_shop)) as upstream:
        with pytest.raises(AuthenticationError):
            await upstream.get("orders")
    assert token_shop.count("GET", "orders") == 2
    assert len(token_shop.logins) == 2


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_refused_login_is_an_authentication_error_with_the_shops_words(
    token_shop: TokenShop, status: int
) -> None:
    token_shop.faults.add(
        Answer(status, '{"error":"invalid_client","error_description":"Client is gone"}'),
        path="token",
        times=None,
    )
    async with asking(token_shop, auth=credentials(token_shop)) as upstream:
        with pytest.raises(
            AuthenticationError, match=r"does not accept our login\..*Client is gone"
        ):
            await upstream.get("orders")
    assert token_shop.count("GET", "orders") == 0


async def test_a_login_that_is_broken_otherwise_says_so(token_shop: TokenShop) -> None:
    async with asking(token_shop, auth=credentials(token_shop)) as upstream:
        token_shop.faults.add(Answer(404), path="token")
        with pytest.raises(RefusedError, match="404"):
            await upstream.get("orders")
        token_shop.faults.add(Answer(200, '{"token":"elsewhere"}'), path="token")
        with pytest.raises(AuthenticationError, match="no access_token"):
            await upstream.get("orders")
        token_shop.faults.add(Answer(503), path="token", times=3)
        with pytest.raises(UnavailableError):
            await upstream.get("orders")
        token_shop.faults.add(Answer(503), path="token")
        assert (await upstream.get("orders")).status == 200


async def test_a_refresh_token_is_followed_to_its_successors(token_shop: TokenShop) -> None:
    clock = Hands()
    auth = use_refresh_token(
        f"{token_shop.url}/oauth/token", "refresh-0", client_id="id-1", clock=clock
    )
    async with asking(token_shop, auth=auth) as upstream:
        for _ in range(3):
            await upstream.get("orders")
            clock.now += 4000.0
    assert [login["refresh_token"] for login in token_shop.logins] == [
        "refresh-0",
        "refresh-1",
        "refresh-2",
    ]


async def test_a_login_call_reads_its_token_from_a_path_or_a_header(token_shop: TokenShop) -> None:
    login = Request(
        method="POST",
        url=f"{token_shop.url}/oauth/token",
        headers=(("Content-Type", "application/json"),),
        body=b'{"user":"u"}',
    )
    for reader in (
        make_token_reader(path="access_token", lifetime_path="expires_in"),
        make_token_reader(header="x-token", lifetime=600),
    ):
        async with asking(
            token_shop, auth=TokenAuth(lambda _: login, reader, secrets=("u",))
        ) as upstream:
            assert (await upstream.get("orders")).status == 200
    async with asking(
        token_shop, auth=TokenAuth(lambda _: login, make_token_reader(header="Vendure-Auth-Token"))
    ) as upstream:
        with pytest.raises(AuthenticationError, match="no token in header Vendure-Auth-Token"):
            await upstream.get("orders")


@pytest.mark.parametrize(
    ("body", "token", "lifetime"),
    [
        ('{"data":{"login":[{"token":"t"}]},"ttl":"60"}', "t", 60.0),
        ('{"data":{"login":[{"token":"t"}]},"ttl":60.5}', "t", 60.5),
        ('{"data":{"login":[{"token":"t"}]},"ttl":"long"}', "t", 900.0),
        ('{"data":{"login":[]},"ttl":60}', None, None),
        ('{"data":{"login":[{"token":7}]}}', None, None),
        ('{"data":null}', None, None),
        ("[]", None, None),
    ],
)
def test_a_token_is_read_at_its_path(body: str, token: str | None, lifetime: float | None) -> None:
    read = make_token_reader(path="data.login.0.token", lifetime=900.0, lifetime_path="ttl")
    reply = Reply(status=200, content=body.encode())
    if token is None:
        with pytest.raises(AuthenticationError, match=r"no token in field data\.login\.0\.token"):
            read(reply)
    else:
        assert (read(reply).value, read(reply).lifetime) == (token, lifetime)


async def test_a_login_refused_under_200_is_renewed_at_the_judges_word(
    token_shop: TokenShop,
) -> None:
    def judge(reply: Reply) -> None:
        if reply.json() == {"errors": "FORBIDDEN"}:
            raise AuthenticationError("FORBIDDEN")

    token_shop.faults.add(Answer(200, '{"errors":"FORBIDDEN"}'), path="orders")
    async with asking(token_shop, auth=credentials(token_shop), judge=judge) as upstream:
        assert (await upstream.get("orders")).json() == {"ok": True}
    assert len(token_shop.logins) == 2


async def test_tokens_of_the_moment_are_secrets() -> None:
    async with TokenShop() as shop:
        auth = credentials(shop)
        async with asking(shop, auth=auth) as upstream:
            await upstream.get("orders")
        assert {"right", "token-1", "refresh-1"} <= set(auth.secrets)
