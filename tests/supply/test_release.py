"""A release has one version everywhere, a date, and nothing that is not committed."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from tests.supply.release import find_release_faults

TODAY = date(2026, 12, 1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for file, text in {
        "proxy/__init__.py": '"""Ours."""\n\n__version__ = "0.2.0"\n',
        "deploy/kubernetes/portside.yaml": "  image: portside:0.2.0   # ours\n",
        "CHANGELOG.md": "# Changelog\n\n## [0.2.0] - 2026-12-01\n\n- All.\n\n## [0.1.0]\n",
    }.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example"]
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "all"]):
        subprocess.run([*git, *words], cwd=tmp_path, check=True)  # noqa: S603 -- our own words
    return tmp_path


def test_a_sound_tree_may_be_released(root: Path) -> None:
    assert find_release_faults(root, TODAY) == []


def test_what_is_not_committed_is_named(root: Path) -> None:
    (root / "new.py").write_text("")
    assert find_release_faults(root, TODAY) == ["1 files are not committed, e.g. new.py."]


@pytest.mark.parametrize(
    ("heading", "fault"),
    [
        ("## [Unreleased]", "CHANGELOG.md begins with Unreleased, the version is 0.2.0."),
        ("## [0.2.0]", "expected `## [0.2.0] - YYYY-MM-DD`, found '## [0.2.0]'."),
        ("## [0.2.0] - 2026-12-02", "dates 0.2.0 to 2026-12-02, which is to come."),
        ("nothing", "CHANGELOG.md begins with 0.1.0, the version is 0.2.0."),
    ],
)
def test_the_changelog_begins_with_the_version_and_its_day(
    root: Path, heading: str, fault: str
) -> None:
    file = root / "CHANGELOG.md"
    file.write_text(file.read_text().replace("## [0.2.0] - 2026-12-01", heading))
    _, said = find_release_faults(root, TODAY)
    assert fault in said


def test_every_place_names_the_same_version(root: Path) -> None:
    file = root / "deploy/kubernetes/portside.yaml"
    file.write_text(file.read_text().replace("0.2.0", "0.1.9"))
    assert "deploy/kubernetes/portside.yaml names 0.1.9, the version is 0.2.0." in (
        find_release_faults(root, TODAY)
    )
