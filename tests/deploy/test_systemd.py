"""The unit of systemd has no mistake, and the service may do little."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "deploy" / "systemd" / "portside.service"
# Of 100, by systemd's own marks; a unit without any hardening has 96.
EXPOSURE = 20

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd's linter is a part of systemd"
)


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- our own words
        ["systemd-analyze", *words],  # noqa: S607 -- wherever the system has it
        capture_output=True,
        text=True,
        check=False,
    )


@needs_systemd
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    # The command need not be installed here.
    unit.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", UNIT.read_text()))
    done = analyze("verify", "--man=no", str(unit))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
def test_the_service_is_exposed_little() -> None:
    done = analyze("security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", str(UNIT))
    assert done.returncode == 0, done.stdout


def test_the_service_has_time_to_end_and_reads_its_settings_again() -> None:
    lines = UNIT.read_text().splitlines()
    assert "TimeoutStopSec=45" in lines
    assert "ExecReload=/bin/kill -HUP $MAINPID" in lines
    assert any(line.startswith("LoadCredential=secret:/etc/portside/secrets") for line in lines)
