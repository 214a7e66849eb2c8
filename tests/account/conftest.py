"""A database for the budget of a key, and a log that holds no buyer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import copy_migrated
from tests.log_scan import log

__all__ = ["log"]


@pytest.fixture
def kept_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An SQLite database with all tables and no rows."""
    return copy_migrated(request, "sqlite", tmp_path)
