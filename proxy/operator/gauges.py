"""Keeps the gauges as the stores stand by the database, from the start on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime

import msgspec
import structlog

from connectors.concurrency import work_meanwhile
from proxy.live_settings import LiveSettings
from proxy.operator.status.alarms import list_alarms
from proxy.operator.status.reading import read_status
from proxy.operator.status.standing import ShopWord, Standing, Status
from proxy.rules.audit.faults import MEANT, FaultKind
from proxy.rules.lateness import find_lookback
from proxy.storage.database import Database
from proxy.storage.errors import StorageError
from proxy.storage.export.polls import PollOutcome
from proxy.telemetry.gauges import StoreNumbers
from proxy.telemetry.metrics import Metrics

# In seconds.
EVERY = 15.0
# All of a store that is audited are shown, so that one that is over goes to 0.
_FAULTS = tuple(kind.value for kind in FaultKind if kind not in MEANT)
_FRUITFUL = frozenset({PollOutcome.GIVEN, PollOutcome.UNDER_WAY})
_log = structlog.get_logger("portside.operator")


class GaugeKeeper:
    """Sets the gauges of one process. `named` are the stores of the settings, now and later."""

    def __init__(
        self, database: Database, metrics: Metrics, settings: LiveSettings, named: Collection[str]
    ) -> None:
        self._database = database
        self._metrics = metrics
        self._named = named
        self._shown = frozenset[str]()
        self._settings = settings
        self._is_ready = False

    async def fill(self) -> None:
        """Set all of them to what is true now; what the database does not tell stays as it was."""
        try:
            status = await read_status(self._database, list(self._named))
        except StorageError as error:
            _log.warning("Gauges not set.", error=error)
            return
        if not self._is_ready:
            # The tables were made, or found whole, a moment ago.
            self._metrics.record_readiness(ready=True)
            self._is_ready = True
        gauges = self._metrics.standing
        for standing in status.stores:
            gauges.set_store(standing.store, self._build_numbers(standing, status))
        shown = frozenset(standing.store for standing in status.stores)
        for store in self._shown - shown:
            gauges.drop_store(store)
        self._shown = shown
        alarms = list_alarms(status, self._settings.now.alerts.when.thresholds())
        gauges.set_alarms(frozenset(alarm.key for alarm in alarms))
        gauges.set_disk(free=status.disk.free, size=status.disk.size)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The gauges are right as the block begins, and every 15 s while it lasts."""
        await self.fill()
        async with work_meanwhile(self._work()):
            yield

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.fill()
            except Exception:  # noqa: BLE001 -- the next ones must be set
                _log.exception("Gauges not set.")

    def _build_numbers(self, standing: Standing, status: Status) -> StoreNumbers:
        poll, interval, shop = standing.last_poll, standing.usual_interval, standing.shop
        word, audit = standing.shop_word, standing.audit
        usual_lookback = self._settings.now.export.lookback
        lookback = find_lookback(standing.shop_list, usual_lookback, status.read_at)
        values: dict[str, float | None] = {
            "last_poll_timestamp_seconds": _seconds(poll.at if poll else None),
            "last_poll_failed": float(poll.outcome not in _FRUITFUL) if poll else None,
            "poll_interval_seconds": interval.total_seconds() if interval else None,
            "walk_under_way": float(standing.walk is not None),
            "covered_until_timestamp_seconds": _seconds(standing.covered_until),
            "gaps": len(standing.gaps),
            "lookback_seconds": lookback.total_seconds() if standing.named else None,
            "second_poller": float(standing.second_poller_at is not None),
            "remarks": len(standing.remarks),
            "shop_up": None if word is ShopWord.UNKNOWN else float(word is not ShopWord.DOWN),
            "shop_down_since_timestamp_seconds": _seconds(shop.failing_since),
            "shop_usual_seconds": shop.seconds,
            "recent_failed_logins": standing.failed_logins.recent if standing.failed_logins else 0,
            "last_audit_timestamp_seconds": _seconds(audit.finished_at if audit else None),
        }
        faulty = audit.faulty if audit else {}
        piles = {"waiting": standing.waiting, "dead": standing.dead}
        return StoreNumbers(
            values=values,
            held=msgspec.structs.asdict(standing.held),
            deliveries={state: pile.count for state, pile in piles.items()},
            oldest={state: _seconds(pile.oldest) for state, pile in piles.items()},
            findings={kind: faulty.get(kind, 0) if audit else None for kind in _FAULTS},
        )


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
