"""Databases with all tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import copy_migrated
from tests.log_scan import commands, log

__all__ = ["commands", "log"]


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of either kind with all tables and no rows."""
    return copy_migrated(request, request.param, tmp_path)
