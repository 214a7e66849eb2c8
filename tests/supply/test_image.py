"""The image: one exact base for all stages, nobody's root, and a command that renews it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.supply.image import DEBIAN, LINE, find_newest_tag, read_bases, write_base

_DOCKERFILE = (Path(__file__).parents[2] / "Dockerfile").read_text()


def test_all_stages_build_on_one_exact_release_of_our_python_line() -> None:
    (base,) = set(read_bases(_DOCKERFILE))
    assert re.fullmatch(rf"python:{re.escape(LINE)}\.\d+-slim-{DEBIAN}", base)
    assert len(read_bases(_DOCKERFILE)) == _DOCKERFILE.count("\nFROM ")


def test_the_last_stage_runs_as_a_user_of_its_own() -> None:
    last = _DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.findall(r"(?m)^USER (.+)", last) == ["portside"]


def test_the_newest_release_is_found_and_written_into_each_stage() -> None:
    tag = find_newest_tag(Path(sys.executable).with_name("uv"))
    assert re.fullmatch(rf"python:{re.escape(LINE)}\.\d+-slim-{DEBIAN}", tag)
    older = write_base(_DOCKERFILE, f"python:{LINE}.0-slim-{DEBIAN}")
    assert set(read_bases(write_base(older, tag))) == {tag}
    assert write_base(older, read_bases(_DOCKERFILE)[0]) == _DOCKERFILE
