"""Looking for the smallest example that breaks the property."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import hypothesis
import structlog
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.world.books import OpenBooks, open_memory
from tests.world.example import Example, World
from tests.world.play import play

_PHASES = (Phase.generate, Phase.shrink)
SEARCH = settings(
    deadline=None,
    database=None,
    phases=_PHASES,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
    print_blob=False,
)


def keep_quiet() -> None:
    """Thousands of walks say nothing that a failing example needs."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)


def find_smallest(
    world: World,
    examples: st.SearchStrategy[Example],
    *,
    most: int,
    shrink: bool = True,
    seed: int = 0,
    open_books: OpenBooks = open_memory,
) -> tuple[Example, Exception] | None:
    """The smallest of at most so many examples that breaks the property, and how; None if none
    does. Without `shrink`, the first. Another `seed` draws others.
    """
    found: list[tuple[Example, Exception]] = []

    @hypothesis.seed(seed)
    @settings(SEARCH, max_examples=most, phases=_PHASES[: 1 + shrink])
    @given(example=examples)
    def look(example: Example) -> None:
        try:
            asyncio.run(play(world, example, open_books))
        except Exception as error:
            found.append((example, error))
            raise

    with contextlib.suppress(Exception):
        look()
    return found[-1] if found else None
