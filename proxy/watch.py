"""Whether the shops answer, and logins that failed: gathered in memory, and soon after in the
database, so that every replica knows it and a restart forgets nothing.

What happens often costs one commit for many of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

import msgspec
import structlog

from connectors.quoting import describe_error
from connectors.upstream.exchange import Exchange
from connectors.upstream.policy import BreakerNews
from proxy.storage.database import Database
from proxy.storage.errors import StorageError
from proxy.storage.failed_logins import FailedLogin, FailedLoginCounts
from proxy.storage.shops.states import ShopState, ShopStates
from proxy.telemetry.masking import mask_text

# Seconds in which news are gathered before they are written.
_GATHER = 1.0
# That a shop still answers is written so often, in seconds.
_REPEAT_AFTER = 60.0
# After a failure of the database, in seconds.
_AGAIN = 15.0
# The share of the newest answer in the average of seconds.
_NEWEST = 0.2
# Stores are few; the addresses that fail to log in are not kept, only the last of them.
_log = structlog.get_logger("portside.watch")


class Watch:
    """Hears of answers, failures and failed logins at any moment, and keeps them soon after.

    Use as an async context: leaving it keeps what still waits.
    """

    def __init__(self, database: Database) -> None:
        self._states = ShopStates(database)
        self._counts = FailedLoginCounts(database)
        self._heard: dict[str, ShopState] = defaultdict(ShopState)
        self._written: dict[str, tuple[bool, float]] = {}
        self._changed: set[str] = set()
        self._failed: dict[str, FailedLogin] = {}
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._work())
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._task is not None:
            # Told to end, not broken off: what it is keeping at this moment must not be lost.
            self._stopping.set()
            self._wake.set()
            await self._task
        await self.flush()

    def hear_exchange(self, store: str, exchange: Exchange) -> None:
        """The store's shop was asked once."""
        if exchange.status is None:
            return
        state = self._heard[store]
        usual = exchange.seconds if state.seconds is None else state.seconds
        seconds = usual + _NEWEST * (exchange.seconds - usual)
        self._heard[store] = msgspec.structs.replace(state, seconds=seconds)

    def hear_breaker(self, store: str, news: BreakerNews) -> None:
        """A request to the store's shop has ended; what is the same as before is written seldom."""
        state, now = self._heard[store], datetime.now(UTC)
        if news.error is None:
            self._heard[store] = ShopState(answered_at=now, seconds=state.seconds)
        else:
            self._heard[store] = ShopState(
                answered_at=state.answered_at,
                seconds=state.seconds,
                failing_since=state.failing_since or now,
                failed_at=now,
                failures=news.failures,
                error=mask_text(describe_error(news.error)),
                next_try_at=now + timedelta(seconds=news.rest) if news.rest else None,
            )
        known = self._written.get(store)
        is_same = known is not None and known[0] and news.error is None
        if known is None or not is_same or time.monotonic() - known[1] >= _REPEAT_AFTER:
            self._changed.add(store)
            self._wake.set()

    def note_failed_login(self, store: str, client: str) -> None:
        """A login of `client` failed at `store`, `""` for the operator's side."""
        known = self._failed.get(store)
        count = 1 if known is None else known.count + 1
        self._failed[store] = FailedLogin(store=store, count=count, client=client)
        self._wake.set()

    async def flush(self) -> bool:
        """Keep all that waits. False if the database did not take it: then it waits on."""
        self._wake.clear()
        changed, self._changed = self._changed, set()
        failed, self._failed = self._failed, {}
        try:
            if failed:
                await self._counts.add(list(failed.values()))
                failed = {}
            for store in sorted(changed):
                heard = self._heard[store]
                await self._states.note(store, heard)
                self._written[store] = (heard.failing_since is None, time.monotonic())
                changed = changed - {store}
        except StorageError as error:
            _log.warning("State of the shops not kept.", error=error)
            self._changed |= changed
            for store, each in failed.items():
                newer = self._failed.get(store)
                self._failed[store] = FailedLogin(
                    store=store,
                    count=each.count + (newer.count if newer else 0),
                    client=newer.client if newer else each.client,
                )
            return False
        return True

    async def _work(self) -> None:
        while not self._stopping.is_set():
            await self._wake.wait()
            await self._rest(_GATHER)
            if not await self.flush():
                await self._rest(_AGAIN)
                self._wake.set()

    async def _rest(self, seconds: float) -> None:
        """Wait, or until it is time to stop."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
