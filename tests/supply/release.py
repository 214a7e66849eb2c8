"""What must be true of the repository before a release: nothing uncommitted, and one version
everywhere.
"""

from __future__ import annotations

import re
import subprocess
from datetime import date
from pathlib import Path

_VERSION = re.compile(r'(?m)^__version__ = "([^"]+)"$')
_HEADING = re.compile(r"(?m)^## \[([^]]+)\](.*)$")
_IMAGE = re.compile(r"(?m)^\s*image: portside:(\S+)")


def find_release_faults(root: Path, today: date) -> list[str]:
    """Everything that stands against a release, one sentence each."""
    version = _find(_VERSION, root / "proxy/__init__.py")
    image = _find(_IMAGE, root / "deploy/kubernetes/portside.yaml")
    faults = _find_changes(root)
    if image != version:
        faults.append(f"deploy/kubernetes/portside.yaml names {image}, the version is {version}.")
    return faults + _find_changelog_faults((root / "CHANGELOG.md").read_text(), version, today)


def _find(pattern: re.Pattern[str], file: Path) -> str:
    found = pattern.search(file.read_text())
    if found is None:
        raise ValueError(f"{file}: nothing matches {pattern.pattern}")
    return found[1]


def _find_changes(root: Path) -> list[str]:
    done = subprocess.run(
        ["git", "status", "--porcelain"],  # noqa: S607 -- wherever git is
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    changed = done.stdout.splitlines()
    return [f"{len(changed)} files are not committed, e.g. {changed[0][3:]}."] if changed else []


def _find_changelog_faults(text: str, version: str, today: date) -> list[str]:
    heading = _HEADING.search(text)
    if heading is None or heading[1] != version:
        newest = heading[1] if heading else "nothing"
        return [f"CHANGELOG.md begins with {newest}, the version is {version}."]
    said = heading[2].removeprefix(" - ")
    try:
        released = date.fromisoformat(said)
    except ValueError:
        return [f"CHANGELOG.md: expected `## [{version}] - YYYY-MM-DD`, found {heading[0]!r}."]
    if released > today:
        return [f"CHANGELOG.md dates {version} to {released}, which is to come."]
    return []
