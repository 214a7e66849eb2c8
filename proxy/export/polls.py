"""What became of each poll, kept for the operator once the answer has left."""

from __future__ import annotations

import logging
import time

import structlog

from connectors.quoting import count_things, describe_error
from proxy.doors.custom_store.requests import ExportRequest
from proxy.export.errors import StillReadingError
from proxy.export.exporter import Page
from proxy.storage.errors import StorageError
from proxy.storage.export.polls import Poll, PollHistory, PollOutcome, PollResult
from proxy.storage.export.records import Snapshot
from proxy.stores import Store
from proxy.telemetry.masking import mask_text

_log = structlog.get_logger("portside.export")


class PollKeeper:
    """Keeps what became of each poll; a trial's is not. `began` is of `time.monotonic`."""

    def __init__(self, history: PollHistory) -> None:
        self._history = history

    async def keep_given(
        self, store: Store, page: Page, walked: Snapshot | None, began: float
    ) -> None:
        """A page was sent; `walked` is its snapshot if that was the last one of its walk. A page in
        between is not worth a commit.
        """
        if page.number == 1 or walked is not None:
            result = _describe_given(page, walked, began)
            _tell_given(store, result)
            await self._keep(store, result, is_first=page.number == 1)

    async def keep_failed(
        self, store: Store, wanted: ExportRequest | None, error: Exception, began: float
    ) -> None:
        """No page was sent; `wanted` is None where the request could not be understood."""
        if isinstance(error, StorageError):
            return
        result = PollResult(
            outcome=_choose_outcome(error),
            kind=type(error).__name__,
            reason=mask_text(describe_error(error)),
            seconds=time.monotonic() - began,
        )
        await self._keep(store, result, is_first=wanted is None or wanted.page == 1)

    async def _keep(self, store: Store, result: PollResult, *, is_first: bool) -> None:
        if store.trial:
            return
        try:
            await self._history.keep(store.name, result, is_first=is_first)
        except StorageError as error:
            _log.warning("Poll not kept.", store=store.name, error=error)


def _describe_given(page: Page, walked: Snapshot | None, began: float) -> PollResult:
    seconds = time.monotonic() - began
    if page.stands_for is not None:
        return PollResult(
            outcome=PollOutcome.DEFERRED,
            kind=type(page.stands_for).__name__,
            reason=mask_text(describe_error(page.stands_for)),
            seconds=seconds,
        )
    if walked is None:
        return PollResult(
            outcome=PollOutcome.UNDER_WAY,
            snapshot_id=page.snapshot_id,
            pages=page.pages,
            seconds=seconds,
        )
    return PollResult(
        outcome=PollOutcome.ALL_HELD if walked.held_for else PollOutcome.GIVEN,
        reason=walked.held_for or "",
        snapshot_id=walked.id,
        pages=walked.pages,
        orders=walked.orders,
        held=walked.held,
        seconds=seconds,
    )


def _tell_given(store: Store, result: PollResult) -> None:
    """One line for each walk of ShipStation's, once its last page has left."""
    is_over = result.outcome is not PollOutcome.UNDER_WAY
    level = logging.DEBUG if store.trial or not is_over else logging.INFO
    if result.outcome is PollOutcome.DEFERRED:
        level = logging.WARNING
    _log.log(
        level,
        "Poll answered.",
        said=f"{store.name}: {describe_given(result)}, {result.seconds:.1f} s",
        store=store.name,
        outcome=result.outcome.value,
        orders=result.orders,
        pages=result.pages,
        held=result.held,
        seconds=round(result.seconds, 3),
    )


def describe_given(result: Poll | PollResult) -> str:
    """What a poll brought that ended without an error, as part of a sentence."""
    if result.outcome is PollOutcome.DEFERRED:
        return f"gave ShipStation an empty page in place of an error: {result.reason}"
    if result.outcome is PollOutcome.UNDER_WAY:
        return f"gave ShipStation page 1 of {result.pages or 1}"
    held = f", {result.held} held back" if result.held else ""
    if not result.orders:
        return f"had nothing new for ShipStation{held}"
    orders, pages = count_things(result.orders, "order"), count_things(result.pages or 1, "page")
    return f"gave ShipStation {orders} on {pages}{held}"


def _choose_outcome(error: Exception) -> PollOutcome:
    if isinstance(error, StillReadingError):
        return PollOutcome.STILL_READING
    if isinstance(error, ConnectionResetError):
        return PollOutcome.BROKEN_OFF
    return PollOutcome.FAILED
