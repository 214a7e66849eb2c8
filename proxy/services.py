"""What the connector of a store may use of the running Portside around it."""

from __future__ import annotations

from functools import partial

import structlog

from connectors.upstream.exchange import Exchange, Observer
from proxy.remarks import RemarkKeeper
from proxy.storage.database import Database
from proxy.storage.shops.memory import DatabaseMemory
from proxy.stores import StoreServices
from proxy.telemetry.metrics import Metrics
from proxy.telemetry.tracing import trace_past
from proxy.watch import Watch

_log = structlog.get_logger("portside.services")


def serve_connector(
    store: str, metrics: Metrics, database: Database, remarks: RemarkKeeper, watch: Watch
) -> StoreServices:
    """What the connector of `store` may use of Portside."""
    return StoreServices(
        observer=_observer(store, metrics, watch),
        watch=partial(watch.hear_breaker, store),
        memory=DatabaseMemory(database, store),
        remark=partial(remarks.take, store),
    )


def _observer(store: str, metrics: Metrics, watch: Watch) -> Observer:
    """Counts each exchange with a shop, and passes it on to the listener if there is one, without
    the bodies.
    """

    def observe_exchange(exchange: Exchange) -> None:
        metrics.count_exchange(store=store, status=exchange.status, seconds=exchange.seconds)
        trace_past(
            "shop request",
            exchange.seconds,
            store=store,
            method=exchange.method,
            url=exchange.url,
            status=exchange.status or 0,
            attempt=exchange.attempt,
        )
        watch.hear_exchange(store, exchange)
        _log.debug(
            "Shop asked.",
            store=store,
            method=exchange.method,
            target=exchange.url,
            status=exchange.status,
            milliseconds=round(exchange.seconds * 1000, 1),
            attempt=exchange.attempt,
            reason=exchange.error,
        )

    return observe_exchange
