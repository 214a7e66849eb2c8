"""Every number Portside gives to Prometheus, behind one class with a method for each thing that
happens.
"""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 60.0)

# When a counter began says nothing that Prometheus does not find out itself.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library annotates all but this one


class _ShipStationNumbers:
    """How ShipStation asks and is answered."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "portside_requests",
            "Requests ShipStation made, by answer.",
            ("store", "action", "status"),
            registry=registry,
        )
        self.request_seconds = Histogram(
            "portside_request_seconds",
            "Time from a request to its answer.",
            ("store", "action"),
            buckets=_SECONDS,
            registry=registry,
        )
        self.last_poll = Gauge(
            "portside_last_poll_timestamp_seconds",
            "When ShipStation last got a page with 200.",
            ("store",),
            registry=registry,
        )


class _ShopNumbers:
    """How the shop answers."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.exchanges = Counter(
            "portside_shop_requests",
            "Requests made to the shop, by answer; 'none' where none came.",
            ("store", "status"),
            registry=registry,
        )
        self.exchange_seconds = Histogram(
            "portside_shop_request_seconds",
            "Time one attempt at the shop took.",
            ("store",),
            buckets=_SECONDS,
            registry=registry,
        )


class _DeliveryNumbers:
    """How notices reach the shop."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.notices = Counter(
            "portside_notices",
            "Shipment notices, by what was answered.",
            ("store", "answer"),
            registry=registry,
        )
        self.attempts = Counter(
            "portside_delivery_attempts",
            "Tries to tell the shop of a shipment, by outcome.",
            ("store", "outcome"),
            registry=registry,
        )
        self.attempt_seconds = Histogram(
            "portside_delivery_attempt_seconds",
            "Time one such try took.",
            ("store",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.deliveries = Gauge(
            "portside_deliveries",
            "Notices that the shop does not have, by state: waiting or dead.",
            ("store", "state"),
            registry=registry,
        )


class _ConnectionNumbers:
    """Who holds a connection, or wanted one."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.open = Gauge(
            "portside_connections",
            "Connections that are open, by side: public or admin.",
            ("side",),
            registry=registry,
        )
        self.closed = Counter(
            "portside_connections_closed",
            "Connections that were closed to make room or found none, by what ran out.",
            ("side", "reason"),
            registry=registry,
        )
        self.accept_failures = Counter(
            "portside_accept_failures",
            "Connections that the system did not give us.",
            ("side",),
            registry=registry,
        )
        self.failed_logins = Counter(
            "portside_failed_logins",
            "Requests without a right login.",
            ("store",),
            registry=registry,
        )


class _WindowNumbers:
    """How windows are read, and what of them has been given."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.windows = Counter(
            "portside_windows",
            "Windows read from the shop, by outcome.",
            ("store", "outcome"),
            registry=registry,
        )
        self.window_seconds = Histogram(
            "portside_window_seconds",
            "Time one window took to read.",
            ("store",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.held = Counter(
            "portside_orders_held",
            "Orders that were not sent, by kind of reason.",
            ("store", "kind"),
            registry=registry,
        )
        self.covered = Gauge(
            "portside_covered_until_timestamp_seconds",
            "Up to when changes were given in a finished walk.",
            ("store",),
            registry=registry,
        )
        self.gaps = Gauge(
            "portside_gaps",
            "Spans that could not be read again and may hold lost orders.",
            ("store",),
            registry=registry,
        )
        self.lookback = Gauge(
            "portside_lookback_seconds",
            "How far before the asked start windows are read, by the settings or by late lists.",
            ("store",),
            registry=registry,
        )
        self.asked = Counter(
            "portside_orders_asked",
            "Orders asked for by id beside the shop's list, by reason.",
            ("store", "reason"),
            registry=registry,
        )
        self.remarks = Gauge(
            "portside_remarks",
            "What the operator should know about the shop although its orders go on.",
            ("store",),
            registry=registry,
        )


class _DatabaseNumbers:
    """Whether what is promised can be kept."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.ready = Gauge(
            "portside_database_ready",
            "1 if the database took a write when /readyz was last asked, else 0.",
            registry=registry,
        )
        self.free = Gauge(
            "portside_database_free_bytes",
            "Bytes free on the disk of a SQLite database when /readyz was last asked.",
            registry=registry,
        )


class Metrics:
    """The counters of one process.

    Labels are bounded: store names from the settings, actions and outcomes from fixed lists.
    """

    def __init__(self, version: str = "") -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        Info("portside", "The running version.", registry=self.registry).info({"version": version})
        self._shipstation = _ShipStationNumbers(self.registry)
        self._shop = _ShopNumbers(self.registry)
        self._delivery = _DeliveryNumbers(self.registry)
        self._window = _WindowNumbers(self.registry)
        self._connection = _ConnectionNumbers(self.registry)
        self._database = _DatabaseNumbers(self.registry)

    def count_answer(self, *, store: str, action: str, status: int, seconds: float) -> None:
        """ShipStation got an answer."""
        self._shipstation.requests.labels(store, action, str(status)).inc()
        self._shipstation.request_seconds.labels(store, action).observe(seconds)

    def record_poll(self, *, store: str, at: float) -> None:
        """ShipStation got a page of orders in full; `at` is Unix time."""
        self._shipstation.last_poll.labels(store).set(at)

    def count_exchange(self, *, store: str, status: int | None, seconds: float) -> None:
        """The shop was asked once; `status` is None when no answer came."""
        self._shop.exchanges.labels(store, "none" if status is None else str(status)).inc()
        self._shop.exchange_seconds.labels(store).observe(seconds)

    def count_notice(self, *, store: str, answer: str) -> None:
        """A shipment notice was answered: delivered, refused, waiting or repeated."""
        self._delivery.notices.labels(store, answer).inc()

    def count_attempt(self, *, store: str, outcome: str, seconds: float) -> None:
        """An attempt to report a shipment to the shop has ended."""
        self._delivery.attempts.labels(store, outcome).inc()
        self._delivery.attempt_seconds.labels(store).observe(seconds)

    def set_undelivered(self, *, store: str, state: str, count: int) -> None:
        """So many notices are waiting, or dead."""
        self._delivery.deliveries.labels(store, state).set(count)

    def count_window(self, *, store: str, outcome: str, seconds: float) -> None:
        """A builder ended: read, failed, taken over or interrupted."""
        self._window.windows.labels(store, outcome).inc()
        self._window.window_seconds.labels(store).observe(seconds)

    def count_held_order(self, *, store: str, kind: str) -> None:
        """An order did not go out."""
        self._window.held.labels(store, kind).inc()

    def count_asked_order(self, *, store: str, reason: str) -> None:
        """An order was asked for by id because a hint names it."""
        self._window.asked.labels(store, reason).inc()

    def record_coverage(self, *, store: str, until: float | None, gaps: int) -> None:
        """How far the store has been given, in Unix time, and how many gaps are open."""
        if until is not None:
            self._window.covered.labels(store).set(until)
        self._window.gaps.labels(store).set(gaps)

    def set_lookback(self, *, store: str, seconds: float) -> None:
        """Windows are read from so far before their start."""
        self._window.lookback.labels(store).set(seconds)

    def set_remarks(self, *, store: str, count: int) -> None:
        """So many remarks about the shop hold."""
        self._window.remarks.labels(store).set(count)

    def set_connections(self, *, side: str, count: int) -> None:
        """So many connections are open."""
        self._connection.open.labels(side).set(count)

    def count_closed_connection(self, *, side: str, reason: str) -> None:
        """A connection was closed because one more was wanted: address, all or descriptors."""
        self._connection.closed.labels(side, reason).inc()

    def count_accept_failure(self, *, side: str) -> None:
        """The system did not give us a connection that waits."""
        self._connection.accept_failures.labels(side).inc()

    def count_failed_login(self, *, store: str) -> None:
        """A login was missing or wrong."""
        self._connection.failed_logins.labels(store).inc()

    def record_readiness(self, *, ready: bool, free: int | None) -> None:
        """The database was tried; `free` are the bytes left on its disk, where that is known."""
        self._database.ready.set(ready)
        if free is not None:
            self._database.free.set(free)

    def render(self) -> tuple[bytes, str]:
        """All numbers in Prometheus' text form, and the content type that goes with them."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST
