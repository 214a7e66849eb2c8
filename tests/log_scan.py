"""The log of what a test serves in its own process: all of it, and no word of a buyer's in it."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from proxy.telemetry.logs import configure_logs
from tests.acceptance.buyers import find_buyers


@pytest.fixture(autouse=True)
def log() -> Iterator[io.StringIO]:
    """The log as JSON, at every level; at its end no line may hold a word of a buyer's."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs("json", "debug", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    found = find_buyers(stream.getvalue().splitlines())
    assert found == [], found
