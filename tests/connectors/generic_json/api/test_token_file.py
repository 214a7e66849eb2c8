"""A token kept between runs: used again while it is good, renewed and saved again, and never a
reason to fail.
"""

import asyncio
import json
import os
import stat
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from connectors.errors import AuthenticationError, UnavailableError
from connectors.testing.shops.json_shop import answer
from connectors.testing.trial import WINDOW, failure
from connectors.upstream.auth.token_file import TokenFile
from tests.connectors.generic_json.api.test_auth import PAGE, SECRET, GuardedShop, lists
from tests.connectors.generic_json.shops import connected


class RotatingShop(GuardedShop):
    """Takes each refresh token once and hands out the next; `good` is the one it will take."""

    def __init__(self, lifetime: int = 600) -> None:
        super().__init__({})
        self.good = "refresh-0"
        self.lifetime = lifetime
        self.token = ""

    async def orders(self, request: web.Request) -> web.Response:
        """For whoever shows the newest token."""
        shown = request.headers.get("Authorization") == f"Bearer {self.token}"
        return answer(PAGE) if shown else answer({"error": {"message": "who are you?"}}, 401)

    async def login(self, request: web.Request) -> web.Response:
        """A token, for the refresh token of the moment."""
        self.logins.append(request)
        if parse_qs(await request.text())["refresh_token"] != [self.good]:
            return answer({"error": "invalid_grant"}, 400)
        self.good, self.token = f"refresh-{len(self.logins)}", f"token-{len(self.logins)}"
        return answer(
            {"access_token": self.token, "refresh_token": self.good, "expires_in": self.lifetime}
        )


def kinds(file: Path) -> list[dict[str, Any]]:
    """A login of each kind that can be kept."""
    return [
        {
            "kind": "login",
            "path": "login",
            "body": {"user": "me", "password": SECRET},
            "token": "access_token",
            "lifetime_path": "expires_in",
            "keep": str(file),
        },
        {
            "kind": "client_credentials",
            "token_url": "token",
            "client_id": "me",
            "client_secret": SECRET,
            "keep": str(file),
        },
        refreshing(file),
    ]


def refreshing(file: Path) -> dict[str, Any]:
    return {
        "kind": "refresh_token",
        "token_url": "token",
        "refresh_token": "refresh-0",
        "keep": str(file),
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "attic.token"


def kept(file: Path) -> Any:
    """What the file holds."""
    return json.loads(file.read_text())


def put(file: Path, content: bytes) -> None:
    file.write_bytes(content)


def mode(file: Path) -> int:
    """Who may do what with the file."""
    return stat.S_IMODE(file.stat().st_mode)


def names(folder: Path) -> set[str]:
    """What lies in a folder."""
    return {each.name for each in folder.iterdir()}


def guarded(token: str = "abcdef", lifetime: int = 600) -> GuardedShop:
    return GuardedShop(
        {"Authorization": f"Bearer {token}"},
        {"body": {"access_token": token, "expires_in": lifetime}},
    )


@pytest.mark.parametrize("kind", range(3))
async def test_the_next_run_logs_in_with_what_the_last_one_kept(file: Path, kind: int) -> None:
    async with guarded() as shop:
        for _ in range(3):
            assert await lists(shop, kinds(file)[kind]) == 1
        assert len(shop.logins) == 1


async def test_without_a_file_each_run_logs_in() -> None:
    async with guarded() as shop:
        auth = {name: value for name, value in kinds(Path())[0].items() if name != "keep"}
        assert [await lists(shop, auth) for _ in range(2)] == [1, 1]
        assert len(shop.logins) == 2


@pytest.mark.parametrize("kind", range(3))
async def test_the_file_is_its_owners_alone_and_holds_no_other_secret(
    file: Path, kind: int
) -> None:
    async with guarded() as shop:
        await lists(shop, kinds(file)[kind])
    assert sys.platform == "win32" or mode(file) == 0o600
    assert sorted(kept(file)) == ["login", "refresh", "renew_at", "token"]
    assert (kept(file)["token"], len(kept(file)["login"])) == ("abcdef", 64)
    assert SECRET not in json.dumps(kept(file))


async def test_a_token_near_its_end_is_renewed_and_kept_anew(file: Path) -> None:
    async with guarded() as shop:
        await lists(shop, kinds(file)[0])
        assert 500 < kept(file)["renew_at"] - time.time() < 560
        put(
            file, json.dumps({**kept(file), "token": "older", "renew_at": time.time() - 1}).encode()
        )
        assert await lists(shop, kinds(file)[0]) == 1
        assert len(shop.logins) == 2
        assert "Bearer older" not in [seen.headers.get("Authorization") for seen in shop.requests]
        assert kept(file)["token"] == "abcdef"


async def test_a_refresh_token_handed_out_last_outlives_the_run(file: Path) -> None:
    async with RotatingShop(lifetime=0) as shop:
        for _ in range(3):
            assert await lists(shop, refreshing(file)) == 1
        assert len(shop.logins) >= 3
        assert kept(file)["refresh"] == shop.good


async def test_a_kept_refresh_token_that_is_refused_gives_way_to_the_one_in_the_settings(
    file: Path,
) -> None:
    async with RotatingShop() as shop:
        await lists(shop, refreshing(file))
        shop.good, shop.token = "refresh-0", ""
        assert await lists(shop, refreshing(file)) == 1
        assert kept(file)["refresh"] == shop.good


async def test_a_token_that_the_shop_refuses_is_thrown_away(file: Path) -> None:
    async with guarded("first") as shop:
        await lists(shop, kinds(file)[0])
        shop.wanted = {"Authorization": "Bearer second"}
        shop.granted = {"status": 503}
        await failure(lists(shop, kinds(file)[0]), UnavailableError)
        assert kept(file)["token"] == ""
        shop.granted = {"body": {"access_token": "second"}}
        assert await lists(shop, kinds(file)[0]) == 1
        assert kept(file)["token"] == "second"


async def test_nothing_stays_kept_of_a_login_that_is_refused(file: Path) -> None:
    async with guarded("first") as shop:
        await lists(shop, kinds(file)[0])
        shop.wanted, shop.granted = {"Authorization": "Bearer second"}, {"status": 401}
        shop.logins.clear()
        await failure(lists(shop, kinds(file)[0]), AuthenticationError)
        assert len(shop.logins) == 1
        assert names(file.parent) == {f"{file.name}.lock"}


@pytest.mark.parametrize(
    "change",
    [
        {"path": "token"},
        {"body": {"user": "you", "password": SECRET}},
        {"headers": {"X-Site": "2"}},
        {"kind": "client_credentials"},
    ],
)
async def test_a_token_of_another_login_is_left_alone_with_a_warning(
    file: Path, change: dict[str, Any]
) -> None:
    login, client, _ = kinds(file)
    async with guarded() as shop:
        await lists(shop, login)
        with capture_logs() as logs:
            assert await lists(shop, client if "kind" in change else {**login, **change}) == 1
        assert [log["reason"] for log in logs if log["event"] == "Token not read."] == [
            "it is the token of another login; give each its own file"
        ]
        assert len(shop.logins) == 2


async def test_a_new_password_does_not_make_the_login_another(file: Path) -> None:
    login = kinds(file)[0]
    async with guarded() as shop:
        await lists(shop, login)
        assert await lists(shop, {**login, "body": {"user": "me", "password": "another"}}) == 1
        assert len(shop.logins) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"\xff\x00",
        b"[1]",
        b'{"login": 1, "token": "x"}',
        b'{"login": "x", "token": "a\\nb"}',
    ],
)
async def test_a_file_that_is_no_kept_token_is_overwritten_with_a_warning(
    file: Path, content: bytes
) -> None:
    put(file, content)
    async with guarded() as shop:
        with capture_logs() as logs:
            assert await lists(shop, kinds(file)[0]) == 1
        assert [log["event"] for log in logs if log["log_level"] == "warning"] == [
            "Token not read."
        ]
        assert kept(file)["token"] == "abcdef"


async def test_a_kept_token_that_no_header_could_carry_is_not_used(file: Path) -> None:
    async with guarded() as shop:
        await lists(shop, kinds(file)[0])
        put(file, json.dumps({**kept(file), "token": "a\r\nX-Other: b"}).encode())
        assert await lists(shop, kinds(file)[0]) == 1
        assert kept(file)["token"] == "abcdef"


async def test_a_folder_that_is_not_there_costs_a_login_each_run_and_a_warning(
    tmp_path: Path,
) -> None:
    login = kinds(tmp_path / "nowhere" / "attic.token")[0]
    async with guarded() as shop:
        with capture_logs() as logs:
            assert [await lists(shop, login) for _ in range(2)] == [1, 1]
        assert [
            (log["event"], log["reason"]) for log in logs if log["event"].startswith("Token ")
        ] == [("Token not kept.", os.strerror(2))] * 2
        assert len(shop.logins) == 2


async def test_many_that_share_a_file_use_a_refresh_token_once(file: Path) -> None:
    async with RotatingShop() as shop:
        assert await asyncio.gather(*(lists(shop, refreshing(file)) for _ in range(8))) == [1] * 8
        assert len(shop.logins) == 1


async def test_a_token_that_another_process_renewed_meanwhile_is_taken_over(file: Path) -> None:
    changes = {"auth": refreshing(file)}
    async with (
        RotatingShop() as shop,
        connected(shop, changes) as one,
        connected(shop, changes) as other,
    ):
        assert [each.id async for each in one.list_orders(WINDOW)] == [
            each.id async for each in other.list_orders(WINDOW)
        ]
        assert len(shop.logins) == 1
        shop.token = ""
        assert len([each async for each in one.list_orders(WINDOW)]) == 1
        assert len([each async for each in other.list_orders(WINDOW)]) == 1
        assert len(shop.logins) == 2
    assert names(file.parent) == {file.name, f"{file.name}.lock"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=200))
def test_no_content_of_the_file_makes_reading_fail(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert asyncio.run(TokenFile(file, ("me",)).read()) is None
