"""What holds for every test: hypothesis judges by outcome and never by a clock, for the machine may
be busy.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.databases import migrated_postgres
from tests.postgres import postgres

__all__ = ["migrated_postgres", "postgres"]

# The promises of the contract are asserts outside the test files.
pytest.register_assert_rewrite("connectors.testing")

settings.register_profile("portside", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("portside")

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder made there has a random name
_ROOM = 4 * 2**30


def pytest_configure() -> None:
    """Let tests write into memory where there is room.

    They kill processes and never the machine, so that none depends on a disk, and one that is slow
    to sync and to delete makes the run take twice as long.
    """
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK):
        return
    may_run = not os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC
    if may_run and shutil.disk_usage(_MEMORY).free > _ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)
