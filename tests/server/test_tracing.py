"""Spans reach a receiver of OpenTelemetry's own protocol, and show what belongs to what."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from proxy.app import open_portside
from proxy.cli.kinds import find_kind
from proxy.settings.loader import load_settings
from proxy.telemetry.tracing import open_tracing, trace
from tests.acceptance.served import write_settings
from tests.server.conftest import LOGIN, WINDOW

NOTICE = {"action": "shipnotify", "carrier": "USPS", "service": "", "tracking_number": "9400"}


@asynccontextmanager
async def receiving(spans: list[Span]) -> AsyncIterator[str]:
    """An OTLP receiver; gives its address and keeps what comes."""

    async def take(request: web.Request) -> web.Response:
        told = ExportTraceServiceRequest.FromString(await request.read())
        spans.extend(
            span
            for resource in told.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        )
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/traces", take)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


def read_attributes(span: Span) -> Mapping[str, str | int]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


async def test_a_poll_its_build_and_the_shops_answers_are_one_trace(
    tmp_path: Path, client: ClientSession
) -> None:
    spans = list[Span]()
    async with receiving(spans) as endpoint, FakeWooCommerceShop() as shop:
        shop.stock(count=3, seed=1)
        file = write_settings(tmp_path, shop)
        file.write_text(f"tracing: {{endpoint: {endpoint}}}\n" + file.read_text())
        settings = load_settings(file, find_type=find_kind)
        order = next(order for order in shop.book if order.word == "processing")
        async with open_portside(settings, find_kind) as portside:
            url = f"http://{portside.public}/stores/north"
            async with client.get(url, params=WINDOW, headers=LOGIN) as answer:
                assert answer.status == 200
            query = {**NOTICE, "order_number": order.id}
            async with client.post(url, params=query, headers=LOGIN) as answer:
                assert answer.status == 200
    by_id = {span.span_id: span for span in spans}
    (poll,) = [span for span in spans if span.name == "poll"]
    (build,) = [span for span in spans if span.name == "build"]
    assert by_id[build.parent_span_id] is poll
    assert read_attributes(poll)["portside.store"] == "north"
    assert read_attributes(poll)["portside.status"] == 200
    (delivery,) = [span for span in spans if span.name == "delivery"]
    assert by_id[delivery.parent_span_id].name == "notice"
    requests = [span for span in spans if span.name == "shop request"]
    assert {by_id[span.parent_span_id].name for span in requests} >= {"build", "delivery"}
    told = str(spans)
    assert shop.access.secret not in told


async def test_of_an_error_a_span_tells_the_kind_and_none_of_its_words() -> None:
    spans = list[Span]()
    async with receiving(spans) as endpoint, open_tracing(endpoint, "1"):
        with pytest.raises(ValueError, match="Erika"), trace("build"):
            raise ValueError("street of Erika Mustermann")
    (span,) = spans
    assert read_attributes(span) == {"error.type": "ValueError"}
    assert "Erika" not in str(span)
