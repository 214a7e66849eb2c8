"""Whoever installs Portside has all of it, from either package, and nobody else's among it."""

from __future__ import annotations

import subprocess
import tarfile
import zipfile
from pathlib import Path

from tests.packages.conftest import ROOT, UV, run

_CODE = ("proxy", "connectors")


def list_code() -> set[str]:
    """All files of the two packages that git knows."""
    return set(run("git", "ls-files", *_CODE, cwd=ROOT).splitlines())


def test_both_packages_hold_every_file_of_the_code(packages: Path, wheel: Path) -> None:
    (source,) = packages.glob("*.tar.gz")
    assert list_code() - set(zipfile.ZipFile(wheel).namelist()) == set()
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"LICENSE", "README.md", "CHANGELOG.md", "settings.yaml", "requirements.lock"}
    assert (list_code() | wanted) - names == set()


def test_the_wheel_holds_nothing_but_the_two_packages(wheel: Path) -> None:
    top = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in top if not name.endswith(".dist-info")} == set(_CODE)


def test_the_wheel_runs_the_demo_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    said = run(installed / "portside", "demo", "--once", cwd=tmp_path)
    assert said.splitlines()[-1].startswith("✓ Portside compares the account's labels")
    assert list(tmp_path.iterdir()) == []


def test_the_demo_runs_by_uvx_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    said = run(UV, "tool", "run", "--from", wheel, "portside", "demo", "--once", cwd=tmp_path)
    assert said.splitlines()[-1].startswith("✓ Portside compares the account's labels")


def test_beside_another_package_of_the_name_proxy_it_does_not_start(
    installed: Path, tmp_path: Path
) -> None:
    other = tmp_path / "proxy_py-2.4.10.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: proxy.py\nVersion: 2.4.10\n")
    (other / "RECORD").write_text("proxy/__init__.py,,\nproxy/proxy.py,,\n")
    done = subprocess.run(  # noqa: S603 -- our own words
        [installed / "portside", "--version"],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 1
    assert done.stderr.startswith(
        "Portside cannot start: proxy.py has files in the Python package `proxy`"
    )
    assert "Install Portside by itself" in done.stderr
