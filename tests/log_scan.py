"""The log of what a test does in its own process: all of it, and no word of a buyer's in it."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog
from click.testing import CliRunner, Result

from proxy.telemetry.logs import Format, Level, configure_logs
from tests.acceptance.buyers import find_buyers


@pytest.fixture(autouse=True)
def log() -> Iterator[io.StringIO]:
    """The log as JSON, at every level; at its end no line may hold a word of a buyer's."""
    with capturing_log("json", "debug") as stream:
        yield stream


@pytest.fixture(autouse=True)
def commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """No command that runs in this process may write a buyer's word to standard error."""
    invoke = CliRunner.invoke

    def scan(self: CliRunner, *args: Any, **options: Any) -> Result:
        result = invoke(self, *args, **options)
        found = find_buyers(result.stderr.splitlines())
        assert found == [], found
        return result

    monkeypatch.setattr(CliRunner, "invoke", scan)


@contextmanager
def capturing_log(style: Format, level: Level) -> Iterator[io.StringIO]:
    """What is logged meanwhile, from this level on; no line may hold a word of a buyer's."""
    root = logging.getLogger()
    handlers, before = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs(style, level, stream)
    try:
        yield stream
    finally:
        root.handlers[:] = handlers
        root.setLevel(before)
        structlog.reset_defaults()
    found = find_buyers(stream.getvalue().splitlines())
    assert found == [], found
