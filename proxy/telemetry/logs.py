"""One log, structured, on standard error: readable lines on a terminal, JSON elsewhere.

Secrets are masked on the way out.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal, TextIO

import structlog
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import RequestPayloadError

from connectors.upstream.masking import MASK
from proxy.telemetry.masking import MOST_TEXT, MOST_TRACE, is_secret_name, mask_text

Format = Literal["auto", "json", "console"]
Level = Literal["debug", "info", "warning", "error"]
_Event = MutableMapping[str, Any]


def mask_event(_logger: Any, _method: str, event: _Event) -> _Event:
    """The processor that every line passes last but one: no secret by name, none inside a text,
    whatever the caller did.
    """
    for name, value in event.items():
        if isinstance(value, str):
            most = MOST_TRACE if name == "exception" else MOST_TEXT
            event[name] = MASK if is_secret_name(name) else mask_text(value, most)
        elif isinstance(value, bytes | bytearray):
            event[name] = f"{len(value)} bytes"
        elif is_secret_name(name) and not isinstance(value, int | float | None):
            event[name] = MASK
        elif isinstance(value, dict):
            event[name] = dict(mask_event(_logger, _method, dict(value)))
    return event


class _Calm(logging.Filter):
    """Turns what is not HTTP on a public port into one quiet line, instead of an error with a
    traceback and a stranger's bytes in it.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite such a record; let every other one pass as it is."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError | RequestPayloadError):
            record.exc_info = None
            record.levelno, record.levelname = logging.INFO, "INFO"
            record.msg, record.args = (
                "received an incomplete or invalid HTTP request: %s",
                (type(error).__name__,),
            )
        return True


_calm = _Calm()


def configure_logs(
    style: Format = "auto", level: Level = "info", stream: TextIO | None = None
) -> None:
    """Send structlog's and the standard library's records to `stream` (standard error) in one
    form.
    """
    out = stream or sys.stderr
    as_json = style == "json" or (style == "auto" and not out.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    tail: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta
    ]
    if as_json:
        tail += [
            structlog.processors.format_exc_info,
            mask_event,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ]
    else:
        tail += [
            structlog.processors.format_exc_info,
            mask_event,
            structlog.dev.ConsoleRenderer(colors=out.isatty(), timestamp_key="time"),
        ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=tail)
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("aiohttp.server").addFilter(_calm)
    for talkative in ("aiosqlite", "sqlalchemy", "alembic", "asyncio"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
