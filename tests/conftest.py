"""What holds for every test: hypothesis judges by outcome and never by a clock, for the machine may
be busy. And what makes the whole run slow: bytecode that nobody keeps, and a heap that each
collection of garbage goes through again.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.databases import migrated_postgres
from tests.postgres import postgres

__all__ = ["migrated_postgres", "postgres"]

# Some machines tell Python to keep no bytecode. Then each of the many processes that tests start
# compiles all of Portside, and pytest rewrites each assert again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

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


def pytest_collection_finish() -> None:
    """Take the tests themselves out of what is looked through for garbage: there are thousands, and
    none goes before the end.
    """
    gc.collect()
    gc.freeze()
