"""Lost orders: weeks of a hostile shop and a forgetful ShipStation, behind Portside and behind
three plain ways of serving orders.

`python -m tests.benchmarks lost_orders` takes one seed. `python -m tests.benchmarks.lost_orders
SEEDS [CHANGES [FORGETS [WAY]]]` takes more: FORGETS is the share of failed windows that ShipStation
never asks for again (0.5; with 0 it repeats them all), WAY how the names of the ways to try begin
(all).
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import structlog

from tests.export.hunts.hostile import Hardship, Tally
from tests.export.hunts.plain import WAYS, live

HEAD = (
    f"{'':36}{'seed':>5}{'changes':>9}{'never got':>11}{'wrong at the end':>18}{'sent':>9}"
    f"{'sent again':>12}{'overhead':>10}{'failed polls':>16}"
)


def measure(work: tuple[int, str], hardship: Hardship) -> tuple[int, str, Tally]:
    """One seed, one way."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    seed, way = work
    return seed, way, asyncio.run(live(seed, hardship, way))


def run(
    seeds: Iterable[int] = (1,), hardship: Hardship | None = None, ways: Iterable[str] = tuple(WAYS)
) -> Iterator[str]:
    """A line for each seed and way.

    Overhead: orders sent though ShipStation had that state or a later one, over those it had not.
    """
    yield HEAD
    with ProcessPoolExecutor(2) as pool:
        work = [(seed, way) for seed in seeds for way in ways]
        for seed, way, tally in pool.map(partial(measure, hardship=hardship or Hardship()), work):
            overhead = tally.sent_again / max(tally.sent - tally.sent_again, 1)
            yield (
                f"{way:36}{seed:>5}{tally.changes:>9}{tally.never_got:>11}{tally.wrong_at_the_end:>18}{tally.sent:>9}{tally.sent_again:>12}{overhead:>9.0%}{tally.failed:>8}"
                f" of {tally.polls}"
            )


def main(words: list[str]) -> None:
    """SEEDS, CHANGES, FORGETS and WAYS as words."""
    seeds, changes, forgets, begins = [*words, *("1", "100000", "0.5", "")[len(words) :]]
    ways = [way for way in WAYS if way.startswith(begins)]
    for line in run(
        range(1, int(seeds) + 1), Hardship(changes=int(changes), forgets=float(forgets)), ways
    ):
        print(line, flush=True)  # noqa: T201 -- a command prints


if __name__ == "__main__":
    main(sys.argv[1:])
