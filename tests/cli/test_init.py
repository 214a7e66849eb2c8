"""`portside init`: from nothing to settings that load, for each kind of shop."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from proxy.cli.kinds import find_kind
from proxy.cli.main import main
from proxy.cli.shop.new_settings import compose_settings, list_shops, write_environment
from proxy.settings.loader import load_settings

ADDRESSES = {"shopify": "north.myshopify.com"}


@pytest.mark.parametrize("shop", list_shops())
def test_what_is_written_for_each_kind_of_shop_can_be_loaded(
    shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = ADDRESSES.get(shop, "https://shop.example")
    made = compose_settings("north-1", shop, url)
    for name, value in made.variables.items():
        monkeypatch.setenv(name, value or "given-by-the-shop")
    file = tmp_path / "settings.yaml"
    file.write_text(made.text)
    (store,) = load_settings(file, find_type=find_kind).stores.values()
    assert len(store.credentials[0].password.get_secret_value()) > 20
    block = yaml.safe_load(made.text)["stores"]["north-1"]["connector"]
    assert url in block.values()
    assert len(made.variables) > 1


def run(folder: Path, *words: str, **environment: str) -> tuple[int, str]:
    file = str(folder / "settings.yaml")
    result = CliRunner(env=environment).invoke(main, ["init", "--settings", file, *words])
    return result.exit_code, result.output


WORDS = ("--store", "north", "--shop", "woocommerce", "--url", "http://127.0.0.1:9")


def test_nothing_is_asked_where_nobody_is_there_and_what_misses_is_named(tmp_path: Path) -> None:
    status, told = run(tmp_path, *WORDS)
    assert status == 0
    assert f"Fill in NORTH_KEY, NORTH_SECRET in {tmp_path / '.env'}" in told
    environment = tmp_path / ".env"
    assert stat.S_IMODE(environment.stat().st_mode) == 0o600
    lines = environment.read_text().splitlines()
    assert lines[0].startswith("NORTH_PASSWORD=")
    assert lines[1:] == ["NORTH_KEY=", "NORTH_SECRET="]
    assert "NORTH_PASSWORD=" not in told


def test_with_every_secret_it_ends_with_a_check(tmp_path: Path) -> None:
    status, told = run(tmp_path, *WORDS, NORTH_KEY="ck_1", NORTH_SECRET="cs_1")
    assert status == 1
    assert "the settings are right (1 store)" in told
    assert "no connection to the shop (connection refused)" in told


def test_what_is_there_is_not_written_over_unless_told_so(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MINE=1\n")
    status, told = run(tmp_path, *WORDS)
    assert (status, "is there already" in told) == (1, True)
    assert (tmp_path / ".env").read_text() == "MINE=1\n"
    assert run(tmp_path, *WORDS, "--force")[0] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--shop", "magneto"), "no kind of shop 'magneto'; did you mean 'magento'?"),
        (("--shop", "magento"), "name it with --url: address of the shop"),
        ((), "name it with --shop: kind of shop (woocommerce, shopify, bigcommerce"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    status, told = run(tmp_path, "--store", "north", *words)
    assert (status > 0, said in told) == (True, True)
    assert list(tmp_path.iterdir()) == []


def test_a_secret_with_odd_letters_is_quoted_for_the_shell() -> None:
    assert write_environment({"A": "a b$c", "B": ""}) == "A='a b$c'\nB=\n"
