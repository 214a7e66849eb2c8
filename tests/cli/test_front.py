"""`portside check` at the front door: logins that can be guessed, proxies that are not trusted."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from connectors.interface import Remark
from proxy.cli.main import main
from proxy.server.admission.proxy_remark import describe_proxy, name_proxy
from proxy.storage.database import Database
from proxy.storage.shops.remarks import DatabaseRemarks

LONG = "a-long-random-text"


def write_settings(folder: Path, credentials: Any, **more: Any) -> Path:
    store = {
        "credentials": credentials,
        "connector": {"type": "shopify", "shop": "north", "access_token": "shpat_0"},
        "upstream": {"attempts": 1},
    }
    file = folder / "settings.yaml"
    settings = {"database": f"sqlite:///{folder}/p.db", "stores": {"north": store}, **more}
    file.write_text(yaml.safe_dump(settings))
    return file


def check(file: Path, *words: str) -> str:
    result = CliRunner().invoke(main, ["check", "--settings", str(file), *words])
    return " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("credentials", "more", "said"),
    [
        (
            {"username": "north", "password": "eleven-long"},
            {},
            "! stores.north.credentials[0].password: 11 characters can be guessed",
        ),
        (
            [{"username": "a", "password": LONG}, {"username": LONG, "password": LONG.upper()}],
            {},
            "! stores.north.credentials[1]: the password is the user name",
        ),
        (
            {"auth_key": "x"},
            {},
            "! stores.north.credentials[0].auth_key: one character can be guessed",
        ),
        (
            {"username": "a", "password": LONG},
            {"admin": {"password": "word"}},
            "! admin.password: 4 characters can be guessed",
        ),
    ],
)
def test_a_login_that_can_be_guessed_is_a_warning_and_is_not_shown(
    tmp_path: Path, credentials: Any, more: dict[str, Any], said: str
) -> None:
    out = check(write_settings(tmp_path, credentials, **more), "--offline")
    assert said in out
    assert "take a random text of at least 12 characters" in out
    assert out.count("!") == 1
    assert "eleven-long" not in out


def test_a_long_random_login_is_no_warning(tmp_path: Path) -> None:
    login = {"username": "north", "password": LONG, "auth_key": LONG + "-2"}
    assert "!" not in check(write_settings(tmp_path, login), "--offline")


@pytest.mark.parametrize(("trusted", "warned"), [(["127.0.0.1"], True), (["10.0.0.0/8"], False)])
def test_a_proxy_that_was_seen_and_is_not_trusted_is_a_warning(
    tmp_path: Path, trusted: list[str], *, warned: bool
) -> None:
    async def remark() -> None:
        async with Database.open(f"sqlite:///{tmp_path}/p.db") as database:
            await database.migrate()
            said = Remark(about=name_proxy("10.1.2.3"), text=describe_proxy("10.1.2.3"))
            other = Remark(about="page_size", text="short pages")
            await DatabaseRemarks(database).note("north", [said, other])

    asyncio.run(remark())
    login = {"username": "north", "password": LONG}
    out = check(write_settings(tmp_path, login, trusted_proxies=trusted))
    assert ("requests come through 10.1.2.3" in out) is warned


@pytest.mark.parametrize(
    "wrong", ["10.0.0.1/8", "proxy.example", "", 10, "0.0.0.0/33", "::1%eth0/64", ["10.0.0.1"]]
)
def test_what_is_no_network_is_said_at_its_place(tmp_path: Path, wrong: Any) -> None:
    login = {"username": "north", "password": LONG}
    file = write_settings(tmp_path, login, trusted_proxies=[wrong])
    result = CliRunner().invoke(main, ["check", "--settings", str(file), "--offline"])
    assert result.exit_code == 2
    assert "trusted_proxies[0]: expected an IP address or a network" in result.output
