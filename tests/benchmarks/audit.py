"""The audit of 1,000 orders with every kind of fault among them: how many of the kinds are named,
and how many alarms are false.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import structlog

from proxy.rules.audit.faults import MEANT, FaultKind
from tests.audit.mass import Outcome, play


def run(count: int = 1000) -> Iterator[str]:
    """A line for each kind, and the sums."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(play(count, Path(folder)))
    right = 0
    for kind in FaultKind:
        seeded = {number for number, each in outcome.seeded.items() if each is kind}
        if not seeded:
            continue
        found = {number for number, kinds in outcome.found.items() if kinds == [kind]}
        right += found == seeded
        meant = ", as the settings ask" if kind in MEANT else ""
        yield f"{kind.value:<30} {len(found & seeded)} of {len(seeded)} named{meant}"
    kinds = len(set(outcome.seeded.values()))
    yield (
        f"{outcome.report.compared} orders: {right} of {kinds} kinds named,"
        f" {count_false(outcome)} false alarms, {outcome.requests} requests to ShipStation,"
        f" {outcome.seconds:.1f} s"
    )


def count_false(outcome: Outcome) -> int:
    """The findings that were not seeded."""
    return sum(
        kind is not outcome.seeded.get(number)
        for number, kinds in outcome.found.items()
        for kind in kinds
    )
