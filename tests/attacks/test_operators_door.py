"""No page of another site reaches the operator's side through the operator's browser."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from proxy.server.admin import guard_browsers
from proxy.storage.database import Database

LOOPBACK = ["localhost", "localhost:9090", "127.0.0.1:9090", "127.8.8.8", "[::1]:9090"]
STRANGE = [
    *("evil.example", "evil.example:9090", "localhost.evil.example", "10.0.0.5", "", "[::2]"),
    *("127.0.0.1.evil.example", "x@evil.example", "[", "a" * 5000),
]


def list_modes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


async def ask(path: str, *, password: bool, **headers: str) -> int:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text="here")

    app = web.Application(middlewares=[guard_browsers(has_password=password)])
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


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
async def test_only_we_may_read_the_database_and_what_lies_beside_it(tmp_path: Path) -> None:
    async with Database.open(f"sqlite:///{tmp_path}/portside.db") as database:
        await database.migrate()
        modes = list_modes(tmp_path)
    assert modes.keys() >= {"portside.db", "portside.db-wal", "portside.db-shm"}
    assert set(modes.values()) == {0o600}
