"""Every number Portside gives to Prometheus, behind one class with a method for each thing that
happens.
"""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Info,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from proxy.telemetry.gauges import StandingGauges
from proxy.telemetry.series import (
    ConnectionNumbers,
    DatabaseNumbers,
    DeliveryNumbers,
    ShipStationNumbers,
    ShopNumbers,
    WindowNumbers,
)

# When a counter began says nothing that Prometheus does not find out itself.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library annotates all but this one


class Metrics:
    """The counters of one process.

    Labels are bounded: store names from the settings, actions and outcomes from fixed lists.
    `standing` is set from the database as a whole; all else counts what this process does.
    """

    def __init__(self, version: str = "") -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        Info("portside", "The running version.", registry=self.registry).info({"version": version})
        self._shipstation = ShipStationNumbers(self.registry)
        self._shop = ShopNumbers(self.registry)
        self._delivery = DeliveryNumbers(self.registry)
        self._window = WindowNumbers(self.registry)
        self._connection = ConnectionNumbers(self.registry)
        self._database = DatabaseNumbers(self.registry)
        self.standing = StandingGauges(self.registry)

    def count_answer(self, *, store: str, action: str, status: int, seconds: float) -> None:
        """ShipStation got an answer."""
        self._shipstation.requests.labels(store, action, str(status)).inc()
        self._shipstation.request_seconds.labels(store, action).observe(seconds)

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
        """A login was missing or wrong; `store` is `""` for the operator's side."""
        self._connection.failed_logins.labels(store).inc()

    def record_readiness(self, *, ready: bool) -> None:
        """The database was tried."""
        self._database.ready.set(ready)

    def render(self) -> tuple[bytes, str]:
        """All numbers in Prometheus' text form, and the content type that goes with them."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST
