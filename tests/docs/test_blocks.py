"""What README and docs show can be typed: settings are sound, commands and their options are
there.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from proxy.cli.kinds import find_kind
from proxy.cli.main import main
from proxy.settings.loader import parse_settings
from proxy.settings.problems import SettingsError
from tests.docs.blocks import ROOT, Block, complete_settings, list_blocks

BLOCKS = tuple(list_blocks())
SETTINGS = tuple(block for block in BLOCKS if block.language == "yaml")
SHELL = tuple(block for block in BLOCKS if block.language in {"", "sh", "console"})
# Where a page shows a part of the settings, what else they need is not there.
_LEFT_OUT = "expected a value, found none"
_COMMAND = re.compile(r"^(?:\S*\$ |.* -- |.* exec portside |\.venv/bin/)?portside (?=\S)(.*)")
_END_OF_COMMAND = re.compile(r"\s#\s|[|<>;]|&&")
_TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key as a service account has it."""
    path = tmp_path_factory.mktemp("keys") / "shop.pem"
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
    return path


@pytest.mark.parametrize("block", SETTINGS, ids=str)
def test_settings_are_sound_or_the_page_shows_what_is_wrong_with_them(
    block: Block, key_file: Path
) -> None:
    text = complete_settings(block)
    secrets = dict.fromkeys(re.findall(r"\$\{(\w+)\}", text), "a-long-secret-value")
    text = re.sub(r"file:\S+\.pem\b", f"file:{key_file}", text)
    text = re.sub(r"file:/run/\S+\b", "a-long-secret-value", text)
    try:
        parse_settings(text, file=str(block), find_type=find_kind, environment=secrets)
    except SettingsError as error:
        told = (ROOT / block.page).read_text()
        wrong = [one for one in error.problems if one.message != _LEFT_OUT]
        assert [str(one) for one in wrong if one.message not in told] == [], text


def list_commands(block: Block) -> list[list[str]]:
    """The words of each call of `portside` in a block."""
    lines = filter(None, map(_COMMAND.match, block.text.replace("\\\n", " ").splitlines()))
    return [shlex.split(_END_OF_COMMAND.split(line[1])[0]) for line in lines]


@pytest.mark.parametrize("block", [one for one in SHELL if list_commands(one)], ids=str)
def test_every_command_is_there_with_its_options(block: Block) -> None:
    for words in list_commands(block):
        find_command(main, words)


def find_command(group: click.Group, words: list[str]) -> None:
    """Raises `click.UsageError` for a command or an option that does not exist."""
    name, command, rest = group.resolve_command(click.Context(group), words)
    assert command is not None, name
    if isinstance(command, click.Group):
        find_command(command, rest)
    else:
        command.make_parser(click.Context(command)).parse_args(rest)


@pytest.mark.parametrize("block", SHELL, ids=str)
def test_every_target_of_make_is_there(block: Block) -> None:
    named = re.findall(r"(?m)^make ([a-z-]+)", block.text)
    assert set(named) - _TARGETS == set()


def test_the_blocks_are_found() -> None:
    assert len(SETTINGS) > 40
    assert sum(len(list_commands(block)) for block in SHELL) > 25
