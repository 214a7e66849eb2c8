"""Nobody gets anything without the store's credentials, and every place a client may put them is
understood.
"""

from __future__ import annotations

import base64

import pytest
from aiohttp import ClientSession
from lxml import etree

from tests.server.conftest import WINDOW
from tests.server.stall import Stall


def basic(username: str, password: str) -> dict[str, str]:
    return {
        "Authorization": "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
    }


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        (basic("north", "pass-word"), {}),
        ({}, {"SS-UserName": "north", "SS-Password": "pass-word"}),
        ({}, {"ss-username": "north", "ss-password": "pass-word"}),
        ({}, {"auth_key": "key-key"}),
        (basic("north", "wrong"), {"SS-UserName": "north", "SS-Password": "pass-word"}),
    ],
    ids=["header", "query", "query in small letters", "key", "a wrong header beside a right query"],
)
async def test_every_way_to_log_in_is_taken(
    url: str, client: ClientSession, headers: dict[str, str], query: dict[str, str]
) -> None:
    async with client.get(url, headers=headers, params={**WINDOW, **query}) as answer:
        assert answer.status == 200
        assert answer.content_type == "application/xml"


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({}, {}),
        (basic("north", "wrong"), {}),
        (basic("south", "pass-word"), {}),
        (basic("north", ""), {}),
        ({"Authorization": "Basic !!!"}, {}),
        ({"Authorization": "Bearer pass-word"}, {}),
        ({}, {"SS-UserName": "north", "SS-Password": "wrong"}),
        ({}, {"SS-Password": "pass-word"}),
        ({}, {"auth_key": "key"}),
        ({}, {"auth_key": ""}),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
async def test_everybody_else_hears_401_with_a_challenge_and_nothing_is_asked(
    url: str,
    client: ClientSession,
    stall: Stall,
    method: str,
    headers: dict[str, str],
    query: dict[str, str],
) -> None:
    async with client.request(method, url, headers=headers, params={**WINDOW, **query}) as answer:
        body = await answer.read()
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert answer.content_type == "application/xml"
    assert method == "HEAD" or etree.fromstring(body).tag == "Error"
    assert not stall.asked.is_set()


async def test_a_missing_login_is_told_apart_from_a_wrong_one(
    url: str, client: ClientSession
) -> None:
    async with client.get(url, params=WINDOW) as answer:
        assert "no user name and password arrived" in await answer.text()
    async with client.get(url, params=WINDOW, headers=basic("north", "wrong")) as answer:
        assert "wrong user name or password" in await answer.text()


async def test_the_login_is_looked_at_before_the_request_is_understood(
    url: str, client: ClientSession
) -> None:
    async with client.get(url, params={"action": "nonsense"}) as answer:
        assert answer.status == 401


async def test_an_unknown_store_is_404_in_readable_xml(url: str, client: ClientSession) -> None:
    async with client.get(
        url.replace("north", "south"), params=WINDOW, headers=basic("north", "pass-word")
    ) as answer:
        assert answer.status == 404
        assert "no store of this name" in (etree.fromstring(await answer.read()).text or "")
