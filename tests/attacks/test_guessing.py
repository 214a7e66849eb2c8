"""Who guesses passwords is slowed, then refused; a right login never is."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, encode_basic_auth
from lxml import etree

from proxy.app import Portside
from proxy.server.admission import failed_logins
from tests.attacks.conftest import Log
from tests.server.conftest import LOGIN, WINDOW
from tests.server.stall import Stall, open_front


@pytest.fixture
async def portside(
    stall: Stall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Portside]:
    monkeypatch.setattr(failed_logins, "LONGEST_DELAY", 0.0)
    async with open_front(stall, tmp_path, stop_within="1s") as opened:
        yield opened


async def ask(
    client: ClientSession,
    portside: Portside,
    password: str,
    method: str = "HEAD",
    **headers: str,
) -> int:
    login = {"Authorization": encode_basic_auth("north", password)}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"http://{portside.public}/stores/north"
    async with client.request(method, url, headers={**login, **named}, params=WINDOW) as answer:
        await answer.read()
        return answer.status


async def guess(client: ClientSession, portside: Portside, times: int, **headers: str) -> list[int]:
    return [await ask(client, portside, f"guess-{number}", **headers) for number in range(times)]


async def list_remarks(client: ClientSession, portside: Portside) -> list[dict[str, str]]:
    async with client.get(f"http://{portside.admin}/status") as answer:
        (store,) = (await answer.json())["stores"]
        found: list[dict[str, str]] = store["remarks"]
        return found


async def test_after_twenty_guesses_a_client_is_refused_and_the_right_login_is_not(
    portside: Portside, client: ClientSession, log: Log
) -> None:
    assert await guess(client, portside, 25) == [401] * 20 + [429] * 5
    assert await ask(client, portside, "pass-word") == 200
    assert await ask(client, portside, "pass-word", "GET") == 200
    assert await ask(client, portside, "wrong") == 401
    (line,) = log.lines("Login refused.")
    assert (line["store"], line["client"], line["count"]) == ("north", "127.0.0.1", 1)
    assert not [line for line in log.lines("Refused.") if line["status"] in (401, 429)]
    assert not [line for line in log.lines("Answered.") if line["status"] in (401, 429)]
    assert "guess-" not in log.text


async def test_who_is_refused_hears_in_one_sentence_when_to_come_again(
    portside: Portside, client: ClientSession
) -> None:
    await guess(client, portside, 20)
    url = f"http://{portside.public}/stores/north"
    wrong = {"SS-UserName": "north", "SS-Password": "wrong"}
    async with client.get(url, params={**WINDOW, **wrong}) as answer:
        assert answer.status == 429
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        error = etree.fromstring(await answer.read())
        assert "too many wrong logins" in (error.text or "")
    async with client.post(url, params={"action": "shipnotify", **wrong}) as answer:
        assert answer.status == 429


async def test_a_wrong_login_waits_and_a_right_one_beside_it_does_not(
    portside: Portside, client: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failed_logins, "LONGEST_DELAY", 3_600.0)
    monkeypatch.setattr(failed_logins, "_FIRST_DELAY", 3_600.0)
    assert await guess(client, portside, 3) == [401] * 3
    waiting = [asyncio.create_task(ask(client, portside, f"x{number}")) for number in range(30)]
    url = f"http://{portside.public}/stores/north"
    for _ in range(5):
        async with client.get(url, params={**WINDOW, "auth_key": "key-key"}) as answer:
            assert answer.status == 200
    assert [task for task in waiting if task.done()] == []
    for task in waiting:
        task.cancel()


async def test_the_clients_of_a_trusted_proxy_are_counted_one_by_one(
    portside: Portside, client: ClientSession
) -> None:
    one, other = "198.51.100.1", "2001:db8::1"
    assert (await guess(client, portside, 21, X_Forwarded_For=one))[-1] == 429
    assert (await guess(client, portside, 1, X_Forwarded_For=f"6.6.6.6, {one}")) == [429]
    assert (await guess(client, portside, 21, X_Forwarded_For=other))[-1] == 429
    assert (await guess(client, portside, 1, Forwarded='for="[2001:db8::2]"')) == [429]
    assert (await guess(client, portside, 1, X_Forwarded_For="198.51.100.2")) == [401]
    assert (await guess(client, portside, 1)) == [401]


async def test_a_stranger_who_makes_up_addresses_is_one_client(
    stall: Stall, tmp_path: Path, client: ClientSession, monkeypatch: pytest.MonkeyPatch, log: Log
) -> None:
    monkeypatch.setattr(failed_logins, "LONGEST_DELAY", 0.0)
    async with open_front(stall, tmp_path, trusted_proxies=[]) as portside:
        found = Counter(
            [
                await ask(client, portside, "x", X_Forwarded_For=f"198.51.100.{number}")
                for number in range(22)
            ]
        )
        assert found == {401: 20, 429: 2}
    (line,) = [line for line in log.lines() if "Forwarded client addresses" in line["event"]]
    assert (line["peer"], line["count"]) == ("127.0.0.1", 1)


async def test_a_proxy_that_is_not_trusted_is_remarked_on_once_its_client_is_known(
    stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    async with open_front(stall, tmp_path, trusted_proxies=["10.0.0.0/8"]) as portside:
        await ask(client, portside, "wrong", X_Forwarded_For="198.51.100.1")
        assert await list_remarks(client, portside) == []
        await ask(client, portside, "pass-word", X_Forwarded_For="198.51.100.1")
        while not (remarks := await list_remarks(client, portside)):
            pass
    assert "127.0.0.1, which `trusted_proxies` does not name" in remarks[0]["text"]


@pytest.mark.parametrize("number", range(8))
async def test_no_way_to_offer_a_login_escapes_the_count(
    portside: Portside, client: ClientSession, number: int
) -> None:
    url = f"http://{portside.public}/stores/north"
    ways: list[tuple[dict[str, str], dict[str, str]]] = [
        ({"Authorization": encode_basic_auth("north", "")}, {}),
        ({"Authorization": encode_basic_auth("", "x")}, {}),
        ({"SS-UserName": "north", "SS-Password": "x"}, {}),
        ({}, {"SS-UserName": "north", "SS-Password": "x"}),
        ({}, {"auth_key": "pass-word"}),
        ({"auth_key": "key"}, {}),
        ({"Authorization": encode_basic_auth("n" * 5_000, "x")}, {}),
        ({}, {"SS-UserName": "north", "SS-Password": "pass-word\x00"}),
    ]
    headers, query = ways[number]
    found = []
    for _ in range(22):
        async with client.head(url, headers=headers, params={**WINDOW, **query}) as answer:
            found.append(answer.status)
    assert found == [401] * 20 + [429] * 2
    async with client.head(url, headers=LOGIN) as answer:
        assert answer.status == 200


async def test_strangers_requests_fill_no_log(
    portside: Portside, client: ClientSession, log: Log
) -> None:
    for number in range(30):
        for path in (f"/stores/x{number}", f"/nothing/{number}", f"/webhooks/{number}"):
            async with client.get(f"http://{portside.public}{path}") as answer:
                assert answer.status in (404, 405)
        await ask(client, portside, "")
    assert len(log.lines()) <= 5


async def test_strangers_who_leave_amid_their_request_fill_no_log(
    portside: Portside, client: ClientSession, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    await guess(client, portside, 20)
    told = len(log.lines())
    monkeypatch.setattr(failed_logins, "LONGEST_DELAY", 3_600.0)
    wrong = b"GET /stores/north?SS-UserName=x&SS-Password=y HTTP/1.1\r\nHost: x\r\n\r\n"
    expect = b"POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
    for said in (wrong, expect) * 10:
        _, writer = await asyncio.open_connection(portside.public.host, portside.public.port)
        writer.write(said)
        await writer.drain()
        writer.transport.abort()
    async with client.head(f"http://{portside.public}/stores/north", headers=LOGIN) as answer:
        assert answer.status == 200
    assert len(log.lines()) - told <= 6
    assert "Traceback" not in log.text
    assert not [line for line in log.lines() if line["level"] == "error"]
