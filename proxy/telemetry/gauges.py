"""How the stores stand, as gauges: all of them are set from the database, so that a restart changes
none and every replica shows the same.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import msgspec
from prometheus_client import CollectorRegistry, Gauge

_STORE = ("store",)
# Each by its name behind `portside_`, with what it says; times are Unix seconds.
_OF_A_STORE = {
    "last_poll_timestamp_seconds": "When ShipStation last asked for orders.",
    "last_poll_failed": "1 where the last poll brought no orders because of an error.",
    "poll_interval_seconds": "The usual time between polls: the median of the last ones.",
    "walk_under_way": "1 while a window is read or its pages are given.",
    "covered_until_timestamp_seconds": "Up to when changes were given in walks that count.",
    "gaps": "Spans that could not be read again and may hold lost orders.",
    "lookback_seconds": (
        "How far before the asked start windows are read, by the settings or by late lists."
    ),
    "second_poller": "1 where two clients poll the store, each with windows of its own.",
    "remarks": "What the operator should know about the shop although its orders go on.",
    "shop_up": "1 where the shop was last heard to answer, 0 where it was last heard to fail.",
    "shop_down_since_timestamp_seconds": "Since when, in a row, the shop has failed to answer.",
    "shop_usual_seconds": "The time that an answer of the shop takes on average.",
    "recent_failed_logins": "Logins that failed within the last hour.",
    "last_audit_timestamp_seconds": "When the store was last compared with ShipStation.",
}


class StoreNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of one store: `values` by the gauge's name, None where there is none; `held` by
    kind; `deliveries`, and since when the `oldest` has been there, by state; `findings` by kind.
    """

    values: Mapping[str, float | None]
    held: Mapping[str, int] = {}
    deliveries: Mapping[str, int] = {}
    oldest: Mapping[str, float | None] = {}
    findings: Mapping[str, float | None] = {}


class StandingGauges:
    """The gauges of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._of_a_store = {
            name: Gauge(f"portside_{name}", what, _STORE, registry=registry)
            for name, what in _OF_A_STORE.items()
        }
        self._held = Gauge(
            "portside_held_orders",
            "Orders that are held now, by kind of reason.",
            ("store", "kind"),
            registry=registry,
        )
        self._deliveries = Gauge(
            "portside_deliveries",
            "Notices that the shop does not have, by state: waiting or dead.",
            ("store", "state"),
            registry=registry,
        )
        self._oldest = Gauge(
            "portside_oldest_delivery_timestamp_seconds",
            "When the oldest of them came in.",
            ("store", "state"),
            registry=registry,
        )
        self._findings = Gauge(
            "portside_audit_findings",
            "Orders in which the last audit found a fault, by its kind.",
            ("store", "kind"),
            registry=registry,
        )
        self._by_store = (self._held, self._deliveries, self._oldest, self._findings)
        self._alarms = Gauge(
            "portside_alarm",
            "1 for each condition that a person should hear of; the store is empty where it"
            " concerns all.",
            ("store", "kind"),
            registry=registry,
        )
        self._free = Gauge(
            "portside_database_free_bytes",
            "Bytes free on the disk of a SQLite database.",
            registry=registry,
        )
        self._size = Gauge(
            "portside_database_bytes", "Bytes that a SQLite database takes.", registry=registry
        )

    def set_store(self, store: str, numbers: StoreNumbers) -> None:
        """How a store stands now."""
        for name, gauge in self._of_a_store.items():
            _set(gauge, (store,), numbers.values.get(name))
        for kind, count in numbers.held.items():
            self._held.labels(store, kind).set(count)
        for state, count in numbers.deliveries.items():
            self._deliveries.labels(store, state).set(count)
        for state, moment in numbers.oldest.items():
            _set(self._oldest, (store, state), moment)
        for kind, orders in numbers.findings.items():
            _set(self._findings, (store, kind), orders)

    def drop_store(self, store: str) -> None:
        """The store is gone, and so are its series."""
        for gauge in (*self._of_a_store.values(), *self._by_store):
            gauge.remove_by_labels({"store": store})

    def set_alarms(self, holding: frozenset[tuple[str, str]]) -> None:
        """The alarms that hold, by kind and store; all others are over."""
        self._alarms.clear()
        for kind, store in holding:
            self._alarms.labels(store, kind).set(1)

    def set_disk(self, *, free: int | None, size: int | None) -> None:
        """Bytes; nothing where the disk is not ours to see."""
        if free is not None:
            self._free.set(free)
        if size is not None:
            self._size.set(size)


def _set(gauge: Gauge, labels: tuple[str, ...], value: float | None) -> None:
    """Without a value there is no series: a 0 would be a time, too."""
    if value is not None:
        gauge.labels(*labels).set(value)
        return
    with contextlib.suppress(KeyError):
        gauge.remove(*labels)
