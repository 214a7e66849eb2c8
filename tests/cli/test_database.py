"""What `portside check` says of the database: who else may read it, and what room is left."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from connectors.interface import CheckLevel
from proxy.cli.shop.database import check_database
from tests.databases import make_migrated_file


@pytest.mark.parametrize(
    ("mode", "level"),
    [
        (0o600, CheckLevel.OK),
        (0o640, CheckLevel.WARNING),
        (0o604, CheckLevel.WARNING),
    ],
)
async def test_a_database_that_others_may_read_is_a_warning(
    tmp_path: Path, mode: int, level: CheckLevel
) -> None:
    file = tmp_path / "portside.db"
    url = make_migrated_file(file)
    file.chmod(mode)
    found = await check_database(url)
    assert found.level is level
    if level is CheckLevel.WARNING:
        assert found.what == f"database: other users of this machine may read {file}"
        assert f"chmod 600 {file}*" in found.advice


async def test_a_database_whose_tables_are_still_to_be_made_is_warned_of_too(
    tmp_path: Path,
) -> None:
    file = tmp_path / "portside.db"
    file.touch(0o644)
    file.chmod(0o644)
    assert (await check_database(f"sqlite:///{file}")).level is CheckLevel.WARNING


@pytest.mark.parametrize(
    ("free", "level", "told"),
    [
        (3 * 1024**3, CheckLevel.OK, "can be written, 3.0 GiB free"),
        (255 * 1024**2, CheckLevel.WARNING, "its disk is nearly full (255 MiB free)"),
    ],
)
async def test_the_room_left_is_told_and_little_of_it_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: CheckLevel, told: str
) -> None:
    url = make_migrated_file(tmp_path / "portside.db")
    size = shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: size)
    found = await check_database(url)
    assert found.level is level
    assert told in found.what
