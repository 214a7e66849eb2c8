"""How a walk does its work on the rows of a page. It knows no event loop: its caller says
where much work is done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class RowWork(Protocol):
    """`connectors.turns.run_over` and its like."""

    async def __call__(
        self, rows: int, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """`function(…)`, which does a little with each of so many rows."""
        ...


async def work_at_once(
    rows: int,  # noqa: ARG001 -- the protocol's shape
    function: Callable[P, R],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """At once, however many rows there are."""
    return function(*args, **kwargs)
