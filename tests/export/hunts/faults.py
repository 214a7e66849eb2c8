"""Faults to plant in the rules that keep orders from being lost, one at a time; and, as a command,
the shortest story of each loss.

`python -m tests.export.hunts.faults` lets hypothesis hunt for each and shrink what it finds.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

import connectors.reading.keyset
import proxy.export.walk
import proxy.export.windows
from connectors.orders import Order, Window
from connectors.reading.paging import Page
from proxy.doors.custom_store.requests import ExportRequest
from proxy.rules.coverage import Coverage, Settled, Walk, settle
from tests.export.hunts.machine import BusyMachine, ExportMachine
from tests.export.hunts.plain_machine import PlainMachine
from tests.export.hunts.strict_machine import StrictMachine
from tests.export.play.book import BookConnector, Fetch


class UntiedConnector(BookConnector):
    """Goes on behind the last modified time it saw, so the rest of a tie that a page cut in two is
    never asked for.
    """

    async def walk(self, window: Window, fetch: Fetch) -> AsyncIterator[list[Order]]:
        after = window.start
        while True:
            page = await fetch(after, 0, self.size)
            if not page.items:
                return
            yield list(page.items)
            after = page.items[-1].modified_at + timedelta(microseconds=1)


class UncountedConnector(BookConnector):
    """Gives no totals, which would make up for a step that went past an order."""

    def walk(self, window: Window, fetch: Fetch) -> AsyncIterator[list[Order]]:
        async def fetch_without_total(key: datetime, skip: int, size: int) -> Page[Order]:
            return Page(items=(await fetch(key, skip, size)).items)

        return super().walk(window, fetch_without_total)


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
    clock_jumps = False


class JumpingShop(FineShop):
    """Lists changes at once, but its clock is set; only the lookback makes up for that."""

    clock_jumps = True


class WithoutEndOfMinute(StrictMachine):
    def ask(self, start: datetime, end: datetime, page: int) -> ExportRequest:
        return _Minutes(start=start, end=end, page=page)


def _bluntly(place: Any, names: Sequence[Any], asked: int) -> Any:
    """Goes on behind the page, and does not look whether it is still the place."""
    return type(place)(place.key, place.skip + (len(names) or asked))


def _always(*_args: Any) -> bool:
    return True


def _never(*_args: Any) -> bool:
    return False


def _believe(coverage: Coverage | None, walks: list[Walk], asked: Window) -> Settled:
    """Takes every finished walk for received."""
    late = max([asked.start, *(walk.until + timedelta(minutes=1) for walk in walks)])
    return settle(coverage, walks, Window(start=late, end=late))


class FinePlainShop(PlainMachine):
    """The same with less going on, which makes a rare loss easier to meet."""

    world_options: ClassVar = FineShop.world_options
    fine_shop = True


class FineBusyShop(BusyMachine):
    """A fine shop with more going on."""

    world_options: ClassVar = FineShop.world_options
    fine_shop = True


class UncountedShop(FineBusyShop):
    world_options: ClassVar = FineShop.world_options | {"connector": UncountedConnector}


Fault = tuple[type[RuleBasedStateMachine], Callable[[pytest.MonkeyPatch], None]]


def _nothing(_patch: pytest.MonkeyPatch) -> None:
    return None


FAULTS: dict[str, Fault] = {
    "no lookback": (WithoutLookback, _nothing),
    "no lookback for a clock that is set back": (JumpingShop, _nothing),
    "the end is an instant, not a minute": (WithoutEndOfMinute, _nothing),
    "ties are stepped over": (WithoutTieRule, _nothing),
    "steps inside a tie do not overlap": (
        UncountedShop,
        lambda patch: patch.setattr(connectors.reading.keyset._Place, "onward", _bluntly),
    ),
    "an unfinished walk counts": (
        FinePlainShop,
        lambda patch: patch.setattr(proxy.export.walk, "is_walked", _always),
    ),
    "a finished walk counts though its last page may be lost": (
        FinePlainShop,
        lambda patch: patch.setattr(proxy.export.windows, "settle", _believe),
    ),
    "a walk counts beyond the moment it was read": (
        FinePlainShop,
        lambda patch: patch.setattr(proxy.export.walk, "min", max, raising=False),
    ),
    "old news sent late is not sent again": (
        FineBusyShop,
        lambda patch: (
            patch.setattr(proxy.export.walk, "_is_older", _always),
            patch.setattr(proxy.export.walk, "_find_on_the_way", _nobody),
        )[0],
    ),
}


async def _nobody(*_args: Any) -> set[str]:
    return set()


def main() -> None:
    """Hunt for each fault, or for those named, and print the shortest story found."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    hunt = settings(
        max_examples=5000,
        stateful_step_count=30,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    for name in sys.argv[1:] or FAULTS:
        machine, plant = FAULTS[name]
        print(f"## {name}", flush=True)  # noqa: T201 -- a command prints
        with pytest.MonkeyPatch.context() as patch:
            plant(patch)
            try:
                run_state_machine_as_test(machine, settings=hunt)
            except AssertionError as error:
                print(error, *getattr(error, "__notes__", ()), sep="\n", flush=True)  # noqa: T201
            else:
                print("not found", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
