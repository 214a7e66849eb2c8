"""No page of another site reaches the operator's side through the operator's browser."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, encode_basic_auth, web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from connectors.upstream.auth.token_file import TokenFile
from proxy.app import Portside
from proxy.server.admin import guard_browsers
from proxy.server.change_tokens import LIFETIME, TOKEN_HEADER, ChangeTokens
from proxy.settings.models import AdminSettings
from proxy.storage.database import Database
from tests.server.stall import Stall, open_front

LOOPBACK = ["localhost", "localhost:9090", "127.0.0.1:9090", "127.8.8.8", "[::1]:9090"]
STRANGE = [
    *("evil.example", "evil.example:9090", "localhost.evil.example", "10.0.0.5", "", "[::2]"),
    *("127.0.0.1.evil.example", "x@evil.example", "[", "a" * 5000),
    *("evil.example:@localhost", "evil.example\\@localhost", "@127.0.0.1"),
]
OPERATOR = {"Authorization": encode_basic_auth("any", "pass-word")}


def list_modes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


async def ask(path: str, *, password: bool, hosts: tuple[str, ...] = (), **headers: str) -> int:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text="here")

    admin = AdminSettings(password=SecretStr("word-word" if password else ""), hosts=hosts)
    app = web.Application(middlewares=[guard_browsers(lambda: admin)])
    for known in ("/healthz", "/readyz", "/metrics", "/deliveries"):
        app.router.add_route("*", known, answer)
    async with TestClient(TestServer(app)) as client:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return (await client.post(path, headers=names)).status


@pytest.mark.parametrize("host", LOOPBACK)
async def test_without_a_password_localhost_is_answered(host: str) -> None:
    assert await ask("/deliveries", password=False, Host=host) == 200


@pytest.mark.parametrize("path", ["/deliveries", "/metrics"])
@pytest.mark.parametrize("host", STRANGE)
async def test_without_a_password_no_other_name_is_answered(host: str, path: str) -> None:
    assert await ask(path, password=False, Host=host) == 421


@pytest.mark.parametrize("host", ["evil.example", "operator.example"])
async def test_with_a_password_any_name_is_answered(host: str) -> None:
    assert await ask("/deliveries", password=True, Host=host) == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("host", ["evil.example", "10.0.0.5:9090", ""])
async def test_probes_are_answered_under_any_name(host: str, path: str) -> None:
    assert await ask(path, password=False, Host=host) == 200


@pytest.mark.parametrize("password", [True, False])
@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "strange"])
async def test_a_request_that_another_site_makes_is_refused(site: str, *, password: bool) -> None:
    assert await ask("/deliveries", password=password, Host="localhost", Sec_Fetch_Site=site) == 403


@pytest.mark.parametrize(
    "origin",
    [
        *("http://evil.example", "null", "https://localhost.evil.example", "file://", "http://["),
        *("http://localhost@evil.example", "localhost", "", "http://evil.example:9090"),
    ],
)
async def test_a_page_of_another_origin_is_refused(origin: str) -> None:
    assert await ask("/deliveries", password=True, Host="localhost:9090", Origin=origin) == 403


@pytest.mark.parametrize("origin", ["http://localhost:9090", "https://LOCALHOST"])
async def test_our_own_page_is_answered(origin: str) -> None:
    assert await ask("/deliveries", password=False, Host="localhost:9090", Origin=origin) == 200


@pytest.mark.parametrize("password", [True, False])
@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:9090", 200), ("LOCALHOST", 200), ("127.0.0.1", 421), ("portside.internal", 421)],
)
async def test_hosts_in_the_settings_narrow_the_names(
    host: str, status: int, *, password: bool
) -> None:
    assert await ask("/metrics", password=password, hosts=("localhost",), Host=host) == status
    assert await ask("/readyz", password=password, hosts=("localhost",), Host=host) == 200


@pytest.mark.parametrize("password", [True, False])
@pytest.mark.parametrize(
    ("target", "host", "statuses"),
    [
        ("http://evil/status", "localhost", (421, 200)),
        ("http://localhost/status", "evil", (421, 200)),
        ("http://localhost:@evil/status", "localhost", (421, 200)),
        ("http://localhost/status", "localhost:9090", (200, 200)),
        ("http://evil/readyz", "localhost", (200, 200)),
        ("/status", "localhost\r\nHost: evil", (400, 400)),
        ("/status", "evil\r\nHost: localhost", (400, 400)),
    ],
)
async def test_a_target_that_is_a_whole_url_has_to_name_our_host_too(
    target: str,
    host: str,
    statuses: tuple[int, int],
    stall: Stall,
    tmp_path: Path,
    *,
    password: bool,
) -> None:
    admin = {"listen": "127.0.0.1:0", "password": "pass-word" if password else ""}
    async with open_front(stall, tmp_path, admin=admin) as portside:
        reader, writer = await asyncio.open_connection(portside.admin.host, portside.admin.port)
        writer.write(
            f"GET {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization:"
            f" {OPERATOR['Authorization']}\r\nConnection: close\r\n\r\n".encode()
        )
        head = await reader.readline()
        writer.close()
    assert int(head.split()[1]) == statuses[password]


@pytest.fixture
async def portside(stall: Stall, tmp_path: Path) -> AsyncIterator[Portside]:
    admin = {"listen": "127.0.0.1:0", "password": "pass-word", "hosts": ["127.0.0.1"]}
    async with open_front(stall, tmp_path, admin=admin) as opened:
        yield opened


async def change(
    client: ClientSession, portside: Portside, name: str, body: str, **headers: str
) -> tuple[int, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"http://{portside.admin}/deliveries/{name}"
    async with client.post(url, data=body, headers={**OPERATOR, **named}) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize("name", ["retry", "discard", "resend", "no-such-change"])
async def test_nothing_is_changed_without_a_token(
    portside: Portside, client: ClientSession, name: str
) -> None:
    strange = ChangeTokens(lambda: "guessed").make(2e9)
    json = {"Content_Type": "application/json"}
    for token in ({}, {"X_Portside_Token": ""}, {"X_Portside_Token": strange}):
        status, text = await change(client, portside, name, '{"all": true}', **json, **token)
        assert (status, "GET /token" in text) == (403, True)
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    assert (await change(client, portside, name, f"token={strange}&all=true", **form))[0] == 403


async def test_a_token_is_given_to_who_knows_the_password_and_lets_changes_pass(
    portside: Portside, client: ClientSession
) -> None:
    url = f"http://{portside.admin}/token"
    async with client.get(url) as answer:
        assert answer.status == 401
    async with client.get(url, headers={**OPERATOR, "Sec-Fetch-Site": "cross-site"}) as answer:
        assert answer.status == 403
    async with client.get(url, headers=OPERATOR) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        token = (await answer.json())["token"]
    given = {TOKEN_HEADER: token, "Content_Type": "application/json"}
    assert await change(client, portside, "discard", '{"all": true}', **given) == (
        200,
        '{"count":0,"dry_run":false,"deliveries":[],"unchanged":[]}\n',
    )
    many = f'{{"ids": [{",".join(["1"] * 1_001)}]}}'
    status, text = await change(client, portside, "discard", many, **given)
    assert (status, "at most 1000" in text) == (400, True)
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    assert (await change(client, portside, "discard", f"token={token}", **form))[0] == 400


def test_a_token_is_good_for_its_time_and_on_every_replica() -> None:
    tokens, others = ChangeTokens(lambda: "pass-word"), ChangeTokens(lambda: "pass-word")
    token = tokens.make(1_000_000.5)
    for now, good in (
        (1_000_000, True),
        (1_000_000 + LIFETIME, True),
        (1_000_001 + LIFETIME, False),
        (999_000, False),
    ):
        assert others.holds(token, float(now)) is good
    assert not ChangeTokens(lambda: "other").holds(token, 1_000_000.0)
    assert not ChangeTokens(lambda: "").holds(ChangeTokens(lambda: "").make(1e6), 1e6)


@given(st.text() | st.from_regex(r"[0-9]{7}\.[0-9a-f]{64}", fullmatch=True))
def test_no_text_but_ours_is_a_token(text: str) -> None:
    assert not ChangeTokens(lambda: "pass-word").holds(text, 1e6)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no file modes")
async def test_only_we_may_read_the_database_and_what_lies_beside_it(tmp_path: Path) -> None:
    async with Database.open(f"sqlite:///{tmp_path}/portside.db") as database:
        await database.migrate()
        modes = list_modes(tmp_path)
    assert modes.keys() >= {"portside.db", "portside.db-wal", "portside.db-shm"}
    assert set(modes.values()) == {0o600}


@pytest.mark.skipif(os.name != "posix", reason="Windows has no file modes")
async def test_only_we_may_open_the_lock_beside_a_tokens_file(tmp_path: Path) -> None:
    async with TokenFile(tmp_path / "token", ["login"]).alone():
        assert list_modes(tmp_path) == {"token.lock": 0o600}
