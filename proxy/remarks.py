"""Remarks on their way from the connectors to the operator: kept, and logged once when they are
new.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from types import TracebackType
from typing import Self

import structlog

from connectors.interface import Remark
from connectors.quoting import hide_end
from proxy.storage.errors import StorageError
from proxy.storage.shops.interface import Remarks, cut_remark

# A remark repeated sooner than this, in seconds, is not written again.
_REPEAT_AFTER = 600.0
# Of one process; far more than its stores may have, so that a talkative connector costs no memory.
_MOST_WAITING = 10_000
_log = structlog.get_logger("portside.remarks")


class RemarkKeeper:
    """Takes remarks at any moment and keeps them soon after.

    Use as an async context: leaving it keeps what still waits. A remark that the database does not
    take is lost until it is made again.
    """

    def __init__(self, remarks: Remarks) -> None:
        self._remarks = remarks
        self._waiting: dict[str, dict[str, Remark]] = defaultdict(dict)
        self._written: dict[tuple[str, str], tuple[str, float]] = {}
        self._wake = asyncio.Event()
        self._is_stopping = False
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
            self._is_stopping = True
            self._wake.set()
            await self._task
        await self.flush()

    def take(self, store: str, remark: Remark) -> None:
        """Keep `remark` about `store` soon, or drop what it takes back; it may be made as often as
        is convenient.
        """
        text, written_at = self._written.get((store, remark.about), (None, 0.0))
        if text == remark.text and time.monotonic() - written_at < _REPEAT_AFTER:
            return
        if len(self._written) >= _MOST_WAITING:
            self._written.clear()
        self._written[store, remark.about] = (remark.text, time.monotonic())
        self._waiting[store][remark.about] = remark
        self._wake.set()

    async def _drop(self, store: str, about: str) -> None:
        try:
            if await self._remarks.drop(store, about):
                _log.info("A remark about the shop no longer holds.", store=store, about=about)
        except StorageError as error:
            self._written.pop((store, about), None)
            _log.warning("Remark not dropped.", store=store, about=about, error=error)

    async def flush(self) -> None:
        """Keep all that waits."""
        self._wake.clear()
        waiting, self._waiting = self._waiting, defaultdict(dict)
        for store, remarks in waiting.items():
            for about in [about for about, remark in remarks.items() if not remark.text]:
                del remarks[about]
                await self._drop(store, about)
            if remarks:
                await self._keep(store, list(remarks.values()))

    async def _keep(self, store: str, remarks: list[Remark]) -> None:
        try:
            new = await self._remarks.note(store, remarks)
        except StorageError as error:
            for remark in remarks:
                self._written.pop((store, remark.about), None)
            _log.warning("Remarks not kept.", store=store, error=error)
            return
        told = {cut_remark(each).about: hide_end(each.text, each.quoted) for each in remarks}
        for remark in new:
            _log.warning(
                "The operator should know this about the shop.",
                store=store,
                about=remark.about,
                remark=told[remark.about],
            )

    async def _work(self) -> None:
        while not self._is_stopping:
            await self._wake.wait()
            await self.flush()
