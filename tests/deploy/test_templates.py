"""What GitHub reads of us fits its schemas: the forms for issues, and public CI."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

GITHUB = Path(__file__).parents[2] / ".github"


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-issue-forms", "ISSUE_TEMPLATE/*-*.yml"),
        ("github-issue-config", "ISSUE_TEMPLATE/config.yml"),
        ("github-workflows", "workflows/*.yml"),
    ],
)
def test_it_fits_the_schema(schema: str, files: str) -> None:
    linter = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(  # noqa: S603 -- the linter of the lock file
        [linter, "--builtin-schema", f"vendor.{schema}", *GITHUB.glob(files)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
