"""Who guesses the operator's password is slowed, then refused; the right one never is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, encode_basic_auth, web
from aiohttp.typedefs import Handler
from pydantic import SecretStr

from proxy.app import Portside
from proxy.server.admin import require_password
from proxy.server.admission import failed_logins
from proxy.server.admission.clients import Proxies
from proxy.server.admission.connections import ConnectionLimits, Connections
from proxy.server.admission.failed_logins import FailedLogins
from proxy.server.keys import FAILED_LOGINS, LOG_PACE, METRICS, WATCH
from proxy.server.listener import listening
from proxy.server.middlewares import CLIENT_GONE
from proxy.settings.models import AdminSettings
from proxy.settings.values import ListenAddress
from proxy.storage.database import Database
from proxy.telemetry.log_pace import LogPace
from proxy.telemetry.metrics import Metrics
from proxy.watch import Watch
from tests.attacks.conftest import Log
from tests.server.stall import Stall, open_front

RIGHT = encode_basic_auth("any", "word-word")
WRONG = [
    encode_basic_auth("any", ""),
    encode_basic_auth("", "guess"),
    encode_basic_auth("n" * 5_000, "guess"),
    "Basic !",
    "Bearer word-word",
    "word-word",
]


@pytest.fixture
async def portside(
    stall: Stall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Portside]:
    monkeypatch.setattr(failed_logins, "LONGEST_DELAY", 0.0)
    admin = {"listen": "127.0.0.1:0", "password": "word-word"}
    async with open_front(stall, tmp_path, stop_within="1s", admin=admin) as opened:
        yield opened


async def ask(client: ClientSession, portside: Portside, login: str, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"http://{portside.admin}/status"
    async with client.get(url, headers={"Authorization": login, **named}) as answer:
        await answer.read()
        return answer.status


async def test_after_twenty_guesses_a_client_is_refused_and_the_right_password_is_not(
    portside: Portside, client: ClientSession, log: Log
) -> None:
    found = [
        await ask(client, portside, WRONG[n % len(WRONG)], X_Forwarded_For=f"192.0.2.{n}")
        for n in range(24)
    ]
    assert found == [401] * 20 + [429] * 4
    assert await ask(client, portside, RIGHT) == 200
    (line,) = log.lines("Login refused.")
    assert (line["side"], line["client"], line["count"]) == ("admin", "127.0.0.1", 1)
    assert "guess" not in log.text
    url = f"http://{portside.admin}/metrics"
    async with client.get(url, headers={"Authorization": RIGHT}) as answer:
        assert 'portside_failed_logins_total{store=""} 24.0' in await answer.text()
    async with client.get(url, headers={"Authorization": WRONG[0]}) as answer:
        assert answer.status == 401
        assert "WWW-Authenticate" in answer.headers


async def test_a_right_password_clears_only_what_failed_under_its_user_name(
    portside: Portside, client: ClientSession
) -> None:
    mine, other = (encode_basic_auth(name, "guess") for name in ("any", "other"))
    for login in [mine] * 5 + [other] * 15:
        assert await ask(client, portside, login) == 401
    assert await ask(client, portside, RIGHT) == 200
    found = [await ask(client, portside, other) for _ in range(6)]
    assert found == [401] * 5 + [429]


async def test_who_is_refused_hears_when_to_come_again_and_no_login_is_no_guess(
    portside: Portside, client: ClientSession, log: Log
) -> None:
    url = f"http://{portside.admin}/status"
    for _ in range(25):
        async with client.get(url) as answer:
            assert answer.status == 401
    assert log.lines("Login refused.") == []
    for _ in range(21):
        status = await ask(client, portside, WRONG[1])
    assert status == 429
    async with client.get(url, headers={"Authorization": WRONG[1]}) as answer:
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert "too many wrong logins" in await answer.text()
    async with client.get(f"http://{portside.admin}/healthz") as answer:
        assert answer.status == 200


async def test_a_wrong_password_waits_a_right_one_does_not_and_who_leaves_is_not_logged(
    portside: Portside, client: ClientSession, monkeypatch: pytest.MonkeyPatch, log: Log
) -> None:
    monkeypatch.setattr(failed_logins, "LONGEST_DELAY", 3_600.0)
    monkeypatch.setattr(failed_logins, "_FIRST_DELAY", 3_600.0)
    assert [await ask(client, portside, WRONG[1]) for _ in range(3)] == [401] * 3
    head = f"GET /status HTTP/1.1\r\nHost: localhost\r\nAuthorization: {WRONG[1]}\r\n\r\n".encode()
    place = portside.admin.host, portside.admin.port
    streams = [await asyncio.open_connection(*place) for _ in range(5)]
    waiting = [asyncio.create_task(reader.read(1)) for reader, _ in streams]
    for _, writer in streams:
        writer.write(head)
    for _ in range(5):
        assert await ask(client, portside, RIGHT) == 200
    assert [task for task in waiting if task.done()] == []
    for task, (_, writer) in zip(waiting, streams, strict=True):
        task.cancel()
        writer.transport.abort()
    assert await ask(client, portside, RIGHT) == 200
    assert [line for line in log.lines() if line["level"] == "error"] == []


async def test_who_leaves_while_a_refusal_waits_is_gone_and_no_failure_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: Log
) -> None:
    monkeypatch.setattr(failed_logins, "_FREE", 0)
    monkeypatch.setattr(failed_logins, "_FIRST_DELAY", 3_600.0)
    monkeypatch.setattr(failed_logins, "LONGEST_DELAY", 3_600.0)
    asked, became = asyncio.Event(), asyncio.Queue[int | Exception]()

    @web.middleware
    async def witness(request: web.Request, handler: Handler) -> web.StreamResponse:
        asked.set()
        try:
            response = await handler(request)
        except Exception as error:
            became.put_nowait(error)
            raise
        became.put_nowait(response.status)
        return response

    metrics = Metrics("0")
    limits = ConnectionLimits(in_all=10, per_address=10, proxies=Proxies(()))
    async with Database.open(f"sqlite:///{tmp_path}/portside.db") as database:
        app = web.Application(
            middlewares=[
                witness,
                require_password(lambda: AdminSettings(password=SecretStr("word-word"))),
            ]
        )
        app[METRICS], app[WATCH] = metrics, Watch(database)
        app[FAILED_LOGINS], app[LOG_PACE] = FailedLogins(), LogPace()
        connections = Connections("admin", limits, metrics)
        async with listening(app, ListenAddress("127.0.0.1", 0), connections, stop_within=1) as at:
            _, writer = await asyncio.open_connection(at.host, at.port)
            writer.write(
                f"GET /status HTTP/1.1\r\nHost: x\r\nAuthorization: {WRONG[1]}\r\n\r\n".encode()
            )
            await asked.wait()
            writer.transport.abort()
            assert await became.get() == CLIENT_GONE
    assert [line for line in log.lines() if line["level"] == "error"] == []
