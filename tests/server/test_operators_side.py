"""Health, readiness and metrics, on a listener of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import ClientSession, encode_basic_auth

from connectors.errors import UnavailableError
from proxy.storage.database import Database
from tests.server.conftest import LOGIN, WINDOW
from tests.server.stall import Stall, open_front


async def text_of(client: ClientSession, url: str, **headers: str) -> tuple[int, str]:
    async with client.get(url, headers=headers) as answer:
        return answer.status, await answer.text()


async def test_it_is_alive_and_ready_once_started(
    stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    async with open_front(stall, tmp_path) as portside:
        assert await text_of(client, f"http://{portside.admin}/healthz") == (200, "alive\n")
        assert await text_of(client, f"http://{portside.admin}/readyz") == (200, "ready\n")


async def test_it_is_not_ready_while_it_stops(
    stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    async with open_front(stall, tmp_path, stopping=lambda: True) as portside:
        assert await text_of(client, f"http://{portside.admin}/readyz") == (503, "stopping\n")
        assert (await text_of(client, f"http://{portside.admin}/healthz"))[0] == 200


async def test_it_is_not_ready_without_its_tables(
    stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    async with open_front(stall, tmp_path) as portside:
        async with (
            Database.open(f"sqlite:///{tmp_path}/portside.db") as database,
            database.writing() as connection,
        ):
            await connection.exec_driver_sql("drop table alembic_version")
        status, text = await text_of(client, f"http://{portside.admin}/readyz")
        assert status == 503
        assert "no tables of Portside" in text


async def test_metrics_tell_what_shipstation_asked_and_what_it_got(
    stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    async with open_front(stall, tmp_path) as portside:
        url = f"http://{portside.public}/stores/north"
        async with client.get(url, params=WINDOW, headers=LOGIN) as answer:
            assert answer.status == 200
        stall.error = UnavailableError("down")
        async with client.get(
            url, params={**WINDOW, "end_date": "03/26/2026 00:00"}, headers=LOGIN
        ) as answer:
            assert answer.status == 503
        async with client.get(
            url.replace("north", "no-such-store-" + "x" * 50), params=WINDOW
        ) as answer:
            assert answer.status == 404
        await portside.gauges.fill()
        _, text = await text_of(client, f"http://{portside.admin}/metrics")
    assert 'portside_requests_total{action="export",status="200",store="north"} 1.0' in text
    assert 'portside_requests_total{action="export",status="503",store="north"} 1.0' in text
    assert 'portside_last_poll_timestamp_seconds{store="north"}' in text
    assert "no-such-store" not in text


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic !!!",
        "Bearer word-word",
        encode_basic_auth("any", "wrong"),
        encode_basic_auth("any", ""),
    ],
)
async def test_a_password_guards_all_but_health(
    stall: Stall, tmp_path: Path, client: ClientSession, header: str
) -> None:
    async with open_front(
        stall, tmp_path, admin={"listen": "127.0.0.1:0", "password": "word-word"}
    ) as portside:
        side = f"http://{portside.admin}"
        assert (await text_of(client, f"{side}/metrics", Authorization=header))[0] == 401
        assert (await text_of(client, f"{side}/no/such/page", Authorization=header))[0] == 401
        assert (await text_of(client, f"{side}/readyz", Authorization=header))[0] == 200
        assert (
            await text_of(
                client, f"{side}/metrics", Authorization=encode_basic_auth("any", "word-word")
            )
        )[0] == 200


async def test_nothing_of_the_operators_side_is_on_the_public_port(
    url: str, client: ClientSession
) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert (await text_of(client, url.removesuffix("/stores/north") + path))[0] == 404
