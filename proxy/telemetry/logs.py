"""One log, structured, on standard error: readable lines on a terminal, JSON elsewhere.

Secrets are masked on the way out.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import MutableMapping
from typing import Any, Literal, TextIO

import structlog
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import RequestPayloadError

from connectors.quoting import describe_error, make_printable
from connectors.upstream.masking import MASK
from proxy.telemetry.log_pace import LogPace
from proxy.telemetry.masking import MOST_TEXT, MOST_TRACE, is_secret_name, mask_text

Format = Literal["auto", "json", "console"]
Level = Literal["debug", "info", "warning", "error"]
_Event = MutableMapping[str, Any]
_MOST_FRAMES = 40
_DEEPEST = 4


def mask_event(_logger: Any, _method: str, event: _Event) -> _Event:
    """The processor that every line passes last but one: no secret by name, none inside a text, no
    words of a shop's in an error, no control characters, whatever the caller did.
    """
    for name, value in event.items():
        event[name] = _mask_value(name, value, _DEEPEST)
    return event


def _mask_value(name: str, value: Any, depth: int) -> Any:
    if isinstance(value, int | float | None):
        return value
    if isinstance(value, bytes | bytearray):
        return f"{len(value)} bytes"
    if is_secret_name(name):
        return MASK
    if isinstance(value, dict) and depth:
        return {
            mask_text(str(key)): _mask_value(str(key), inner, depth - 1)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset) and depth:
        return [_mask_value(name, inner, depth - 1) for inner in value]
    text = describe_error(value) if isinstance(value, BaseException) else str(value)
    trace = name == "exception"
    masked = mask_text(text, MOST_TRACE if trace else MOST_TEXT)
    return make_printable(masked, keep_lines=trace)


def write_traceback(_logger: Any, _method: str, event: _Event) -> _Event:
    """The processor that writes out an exception: each error's type and the places it passed, with
    the messages of our own errors alone. A message of Python's may quote the value it fell over.
    """
    info = event.pop("exc_info", None)
    error = info[1] if isinstance(info, tuple) else info
    if info is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        lines: list[str] = []
        seen: set[int] = set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            trace = traceback.format_list(traceback.extract_tb(error.__traceback__, _MOST_FRAMES))
            lines.insert(0, "".join((*trace, _name_error(error))))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        event["exception"] = "\n\nThen:\n".join(lines)
    return event


def _name_error(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, OSError):
        return f"{kind}: {error.strerror or ''}"
    text = str(error)
    ours = type(error).__module__.startswith(("proxy.", "connectors."))
    return f"{kind}: {describe_error(error) if ours else f'({len(text)} characters)'}"


def show_sentence(_logger: Any, _method: str, event: _Event) -> _Event:
    """The processor of a terminal: of a line that carries a sentence for people (`said`), the
    sentence is shown, and not what it was made of.
    """
    said = event.get("said")
    if not said:
        return event
    return {name: event[name] for name in ("time", "level") if name in event} | {"event": said}


class _Calm(logging.Filter):
    """Turns what is not HTTP on a public port, and a client that left amid its request, into one
    quiet line a minute, instead of an error with a traceback and a stranger's bytes in it for each.
    """

    def __init__(self) -> None:
        super().__init__()
        self._pace = LogPace()

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite such a record, or drop it; let every other one pass as it is."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError | RequestPayloadError | ConnectionError):
            if not (count := self._pace.count(type(error).__name__, time.monotonic())):
                return False
            record.exc_info = None
            record.levelno, record.levelname = logging.INFO, "INFO"
            record.msg, record.args = (
                "received an incomplete or invalid HTTP request: %s (%d since the last such line)",
                (type(error).__name__, count),
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
        # Which part of Portside speaks, e.g. `portside.delivery`.
        shared.append(structlog.stdlib.add_logger_name)
        tail += [
            write_traceback,
            mask_event,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ]
    else:
        tail += [
            write_traceback,
            mask_event,
            show_sentence,
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
    for talkative in ("aiosqlite", "sqlalchemy", "alembic", "asyncio", "opentelemetry"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
