"""A user's password and a service account's signed assertion, exchanged for tokens with shops that
check every word of it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import ValidationError

from connectors.errors import AuthenticationError
from connectors.testing.requests import SeenRequest
from connectors.testing.shops.json_shop import answer
from connectors.testing.trial import WINDOW, failure
from connectors.upstream.auth.assertions import AssertionAuth, AssertionSigner
from connectors.upstream.request import Request
from tests.connectors.generic_json.api.strict_shop import SECRET, StrictShop, differ
from tests.connectors.generic_json.shops import connected, made

SHARED = "a shared secret of thirty-two letters"


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


async def count(shop: StrictShop, auth: dict[str, Any]) -> int:
    async with connected(shop, {"auth": auth}) as connector:
        return len([each async for each in connector.list_orders(WINDOW)])


def has_bearer(seen: SeenRequest, number: int) -> str:
    return differ(seen.headers.get("Authorization"), f"Bearer token-{number}")


def grant(number: int) -> web.Response:
    """An OAuth 2 answer with a refresh token."""
    return answer(
        {"access_token": f"token-{number}", "refresh_token": f"again-{number}", "expires_in": 600}
    )


def read_form(seen: SeenRequest) -> dict[str, str]:
    return dict(parse_qsl(seen.body.decode(), strict_parsing=True))


PASSWORD = {
    "kind": "password",
    "token_url": "login",
    "username": "me",
    "password": SECRET,
    "client_id": "app",
    "client_secret": "app-secret",
    "scope": "orders",
}


@pytest.mark.parametrize(
    ("send", "read", "client"),
    [
        ("form", read_form, {"client_id": "app", "client_secret": "app-secret"}),
        (
            "json",
            lambda seen: json.loads(seen.body),
            {"client_id": "app", "client_secret": "app-secret"},
        ),
        ("basic", read_form, {}),
    ],
)
async def test_a_password_brings_a_token(
    send: str, read: Callable[[SeenRequest], dict[str, str]], client: dict[str, str]
) -> None:
    wanted = {"grant_type": "password", "username": "me", "password": SECRET, "scope": "orders"}

    def enter(seen: SeenRequest, _number: int) -> str:
        header = "Basic YXBwOmFwcC1zZWNyZXQ=" if send == "basic" else None
        return differ(read(seen), {**wanted, **client}) or differ(
            seen.headers.get("Authorization"), header
        )

    async with StrictShop(has_bearer, enter, grant) as shop:
        assert await count(shop, {**PASSWORD, "send": send}) == 1


@pytest.mark.parametrize("takes_refresh", [True, False])
async def test_the_refresh_token_of_a_password_is_taken_first_and_the_password_where_that_fails(
    takes_refresh: bool,  # noqa: FBT001 - a table's column
) -> None:
    asked = []

    def enter(seen: SeenRequest, _number: int) -> str:
        told = read_form(seen)
        asked.append(told["grant_type"])
        if told["grant_type"] == "password":
            return differ(told["password"], SECRET)
        return differ((told["refresh_token"], takes_refresh), ("again-1", True))

    def guard(seen: SeenRequest, number: int) -> str:
        # The first token is refused.
        return differ(number > 1, True) or has_bearer(seen, number)  # noqa: FBT003 - it is compared

    async with StrictShop(guard, enter, grant) as shop:
        assert await count(shop, PASSWORD) == 1
    assert asked == ["password", "refresh_token", *([] if takes_refresh else ["password"])]


async def test_a_wrong_password_is_sent_once() -> None:
    async with StrictShop(has_bearer, lambda *_: "wrong", grant) as shop:
        error = await failure(count(shop, PASSWORD), AuthenticationError)
        assert "does not accept our login" in str(error)
        assert SECRET not in str(error)
        assert len(shop.logins) == 1


ACCOUNT = {
    "kind": "jwt",
    "issuer": "portside@attic.example",
    "subject": "orders@attic.example",
    "audience": "https://attic.example/token",
    "claims": {"scope": "orders.read"},
    "lifetime": "10m",
    "key_id": "key-7",
}


def check_assertion(text: str, key: Any, algorithm: str) -> str:
    """What is wrong with an assertion, read by the package that shops use too."""
    told = jwt.decode(text, key, algorithms=[algorithm], audience="https://attic.example/token")
    claims = {name: told.pop(name) for name in ("iat", "exp", "jti")}
    wanted = {
        "iss": "portside@attic.example",
        "sub": "orders@attic.example",
        "aud": "https://attic.example/token",
        "scope": "orders.read",
    }
    return (
        differ(told, wanted)
        or differ(claims["exp"] - claims["iat"], 600)
        or differ(-5 < time.time() - claims["iat"] - 30 < 60, True)  # noqa: FBT003 - compared
        or differ(jwt.get_unverified_header(text), {"alg": algorithm, "kid": "key-7", "typ": "JWT"})
    )


@pytest.mark.parametrize("algorithm", ["RS256", "HS256", "ES256"])
async def test_a_signed_assertion_brings_a_token(algorithm: str) -> None:
    made_key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None
    if algorithm != "HS256":
        made_key = (
            rsa.generate_private_key(public_exponent=65537, key_size=2048)
            if algorithm == "RS256"
            else ec.generate_private_key(ec.SECP256R1())
        )
    public: Any = made_key.public_key() if made_key is not None else SHARED

    def enter(seen: SeenRequest, _number: int) -> str:
        told = read_form(seen)
        return differ(
            told.pop("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer"
        ) or check_assertion(told["assertion"], public, algorithm)

    auth = {
        **ACCOUNT,
        "algorithm": algorithm,
        "key": pem(made_key) if made_key is not None else SHARED,
        "token_url": "login",
    }
    async with StrictShop(has_bearer, enter, grant) as shop:
        assert await count(shop, auth) == 1


async def test_an_assertion_may_stand_for_the_secret_of_a_client() -> None:
    def enter(seen: SeenRequest, _number: int) -> str:
        told = read_form(seen)
        wrong = check_assertion(told.pop("client_assertion"), SHARED, "HS256")
        return wrong or differ(
            told,
            {
                "grant_type": "client_credentials",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_id": "app",
                "scope": "all",
            },
        )

    auth = {
        **ACCOUNT,
        "algorithm": "HS256",
        "key": SHARED,
        "token_url": "login",
        "grant": "client",
        "client_id": "app",
        "scope": "all",
    }
    async with StrictShop(has_bearer, enter, grant) as shop:
        assert await count(shop, auth) == 1


async def test_without_a_call_each_request_carries_an_assertion_that_is_not_used_twice() -> None:
    """A new one is made for the next token, and each has a name of its own."""

    def guard(seen: SeenRequest, _number: int) -> str:
        scheme, _, text = seen.headers["X-Account"].partition(" ")
        return differ(scheme, "JWT") or check_assertion(text, SHARED, "HS256")

    auth = {
        **ACCOUNT,
        "algorithm": "HS256",
        "key": SHARED,
        "carry": {"headers": {"X-Account": "JWT {{ token.value }}"}},
    }
    async with StrictShop(guard) as shop:
        assert await count(shop, auth) == 1
        assert shop.logins == []


def test_an_assertion_is_made_anew_before_it_ends() -> None:
    now = [1_700_000_000.0]
    signer = AssertionSigner(SHARED, algorithm="HS256", lifetime=600, clock=lambda: now[0])
    auth = AssertionAuth(
        signer, lambda token, request: request.with_header("X", token.value), clock=lambda: now[0]
    )
    bare = Request(method="GET", url="https://attic.example/o")
    texts = []
    for passed in (0, 400, 509, 511, 900):
        now[0] = 1_700_000_000.0 + passed
        texts.append(auth.sign(bare).read_header("X"))
        told = jwt.decode(texts[-1], SHARED, algorithms=["HS256"], options={"verify_exp": False})
        assert told["exp"] - now[0] > 59
    assert len(set(texts)) == 2
    assert {SHARED, *texts} <= set(auth.secrets)


@pytest.mark.parametrize(
    ("key", "algorithm", "says"),
    [
        (
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
            "RS256",
            "private RSA key",
        ),
        ("no key at all", "ES256", "private P-256 key"),
        ("", "HS256", "a secret to sign with HS256"),
    ],
)
def test_a_key_that_cannot_sign_is_a_fault_that_does_not_repeat_it(
    key: str, algorithm: str, says: str
) -> None:
    auth = {**ACCOUNT, "key": key, "algorithm": algorithm, "token_url": "login"}
    with pytest.raises(ValidationError) as caught:
        made("http://attic.example", {"auth": auth})
    (fault,) = caught.value.errors()
    assert fault["ctx"]["error"].path == ("key",)
    assert says in fault["msg"]
    assert not key or key not in fault["msg"]
