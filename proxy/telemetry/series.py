"""What Portside measures, by who is measured: the series that `metrics` counts into."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 60.0)


class ShipStationNumbers:
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


class ShopNumbers:
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


class DeliveryNumbers:
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


class ConnectionNumbers:
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


class WindowNumbers:
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
        self.asked = Counter(
            "portside_orders_asked",
            "Orders asked for by id beside the shop's list, by reason.",
            ("store", "reason"),
            registry=registry,
        )


class DatabaseNumbers:
    """Whether what is promised can be kept."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.ready = Gauge(
            "portside_database_ready",
            "1 if the database took a write when /readyz was last asked, else 0.",
            registry=registry,
        )
