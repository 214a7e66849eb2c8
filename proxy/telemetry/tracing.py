"""Spans for OpenTelemetry: a poll, a build, a delivery, and each request to a shop within it.

Off, and free, unless `tracing.endpoint` is set and the extra `portside[tracing]` is installed. A
span holds names, numbers and masked URLs; never a body.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

MISSING: Final = (
    "tracing: `tracing.endpoint` is set, but OpenTelemetry is not installed; install"
    " `portside[tracing]`, or take the endpoint out"
)
_NANOSECONDS: Final = 1_000_000_000
_PATH: Final = "/v1/traces"


class TracingError(Exception):
    """Spans are wanted and cannot be made."""


class _Ambient:
    """The tracer of this process, as a log's configuration is: None while tracing is off."""

    tracer: Tracer | None = None


def is_tracing_installed() -> bool:
    """Whether the extra is there."""
    try:
        return find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:
        return False


@asynccontextmanager
async def open_tracing(endpoint: str, version: str) -> AsyncIterator[None]:
    """Send spans to the OTLP receiver at `endpoint` (HTTP, without its path) until the block ends;
    what waits then is sent first. Nothing if it is `""`.

    Raises TracingError.
    """
    if not endpoint:
        yield
        return
    if not is_tracing_installed():
        raise TracingError(MISSING)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 -- an extra
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 -- an extra
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 -- an extra
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 -- an extra

    resource = Resource.create({"service.name": "portside", "service.version": version})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + _PATH)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _Ambient.tracer = provider.get_tracer("portside", version)
    try:
        yield
    finally:
        _Ambient.tracer = None
        await asyncio.to_thread(provider.shutdown)


@contextmanager
def trace(name: str, **attributes: str | float) -> Iterator[Any]:
    """A span around a block, with `portside.` before the names of its attributes; None while
    tracing is off. Of an error that leaves the block the span tells the kind alone: its words may
    be the shop's, about a buyer.
    """
    tracer = _Ambient.tracer
    if tracer is None:
        yield None
        return
    with tracer.start_as_current_span(
        name,
        attributes=_name(attributes),
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except BaseException as error:
            span.set_attribute("error.type", type(error).__name__)
            raise


def trace_past(name: str, seconds: float, **attributes: str | float) -> None:
    """A span of so many seconds that ends now, within the one that is under way."""
    tracer = _Ambient.tracer
    if tracer is not None:
        ended = time.time_ns()
        began = ended - round(seconds * _NANOSECONDS)
        span = tracer.start_span(name, attributes=_name(attributes), start_time=began)
        span.end(end_time=ended)


def _name(attributes: dict[str, str | int | float]) -> dict[str, str | int | float]:
    return {f"portside.{name}": value for name, value in attributes.items()}
