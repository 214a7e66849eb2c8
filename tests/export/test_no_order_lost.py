"""No order lost, whatever order things happen in; and the proof that the machine would see it if one were."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

import proxy.export.builder
import proxy.export.giving
import proxy.export.opening
from connectors.orders import Order, Window
from proxy.coverage import Coverage, Settled, Walk, settle
from proxy.shipstation.requests import ExportRequest
from tests.export.book import BookConnector, Fetch
from tests.export.machine import ExportMachine
from tests.export.strict_machine import StrictMachine

# Plain runs find new interleavings each time; the hunt for planted faults is the same each time, and stops at the first.
CALM = settings(max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
HUNT = settings(
    CALM, max_examples=2000, derandomize=True, database=None, phases=(Phase.generate,), report_multiple_bugs=False, print_blob=False
)


def test_whatever_happens_shipstation_ends_with_what_the_shop_has() -> None:
    run_state_machine_as_test(ExportMachine, settings=CALM)


def test_a_shop_that_dates_and_lists_changes_at_once_needs_no_lookback() -> None:
    run_state_machine_as_test(FineShop, settings=CALM)


def test_a_poller_that_must_not_hear_of_older_orders_gets_each_change_in_the_minute_it_is_dated() -> None:
    run_state_machine_as_test(StrictMachine, settings=CALM)


class UntiedConnector(BookConnector):
    """Goes on behind the last modified time it saw, so the rest of a tie that a page cut in two is never asked for."""

    async def walk(self, window: Window, fetch: Fetch) -> AsyncIterator[list[Order]]:
        after = window.start
        while True:
            page = await fetch(after, 0, self.size)
            if not page.items:
                return
            yield list(page.items)
            after = page.items[-1].modified_at + timedelta(microseconds=1)


class _Minutes(ExportRequest, frozen=True, kw_only=True):
    """A request whose last minute is only its first instant."""

    @property
    def window(self) -> Window:
        return Window(start=self.start, end=self.end)


class WithoutTieRule(ExportMachine):
    world_options: ClassVar = {"connector": UntiedConnector}


class WithoutLookback(ExportMachine):
    world_options: ClassVar = {"export": {"lookback": "0s"}}


class FineShop(WithoutLookback):
    """Needs no lookback, which would make up for some faults."""

    fine_shop = True


class WithoutEndOfMinute(StrictMachine):
    def ask(self, start: datetime, end: datetime, page: int) -> ExportRequest:
        return _Minutes(start=start, end=end, page=page)


def _always(*_args: Any) -> bool:
    return True


def _never(*_args: Any) -> bool:
    return False


def _believe(coverage: Coverage | None, walks: list[Walk], asked: Window) -> Settled:
    """Takes every finished walk for received."""
    late = Window(start=max([asked.start, *(walk.start + timedelta(seconds=1) for walk in walks)]), end=asked.end + timedelta(days=1))
    return settle(coverage, walks, late)


def _until_the_end(**facts: Any) -> Walk:
    return Walk(**facts | {"until": facts["start"] + timedelta(days=1)})


Fault = tuple[type[RuleBasedStateMachine], Callable[[pytest.MonkeyPatch], None]]


def _nothing(_patch: pytest.MonkeyPatch) -> None:
    return None


FAULTS: dict[str, Fault] = {
    "no lookback": (WithoutLookback, _nothing),
    "the end is an instant, not a minute": (WithoutEndOfMinute, _nothing),
    "ties are stepped over": (WithoutTieRule, _nothing),
    "an unfinished walk counts": (FineShop, lambda patch: patch.setattr(proxy.export.giving, "_is_finished", _always)),
    "a finished walk counts though its last page may be lost": (
        FineShop,
        lambda patch: patch.setattr(proxy.export.opening, "settle", _believe),
    ),
    "a walk counts beyond the moment it was read": (
        FineShop,
        lambda patch: patch.setattr(proxy.export.giving, "Walk", _until_the_end),
    ),
    "old news sent late is not sent anew": (
        FineShop,
        lambda patch: (
            patch.setattr(proxy.export.giving, "_is_older", _always),
            patch.setattr(proxy.export.giving, "_on_the_way", _nobody),
        )[0],
    ),
}


async def _nobody(*_args: Any) -> set[str]:
    return set()


@pytest.mark.parametrize("fault", FAULTS)
def test_the_machine_finds_the_loss_when_a_rule_is_taken_out(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    machine, plant = FAULTS[fault]
    plant(monkeypatch)
    with pytest.raises(AssertionError, match="in the shop, and at ShipStation"):
        run_state_machine_as_test(machine, settings=HUNT)
