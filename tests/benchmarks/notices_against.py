"""What a notice costs beside what it costs in another checkout: ratios of Portside's CPU time,
because the machine may be busy with other things.

`python -m tests.benchmarks notices_against CHECKOUT`: CHECKOUT is a folder of the same layout with
a `.venv` of its own, e.g. a git worktree of an earlier commit. Both serve side by side and take
lots of notices in turn, so that a slow moment of the machine meets both.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

ARGUMENTS = ("CHECKOUT",)
PAIRS, LOT = 9, 192
_HERE = Path(__file__).parents[2]
_SERVED = Path(__file__).parent / "_sides" / "notices_served.py"


class Side:
    """One checkout at work."""

    def __init__(self, checkout: Path, process: subprocess.Popen[str]) -> None:
        self._checkout = checkout
        self._process = process
        self._read_line()

    def measure(self, clients: int, notices: int) -> float:
        """Milliseconds of CPU for each of so many notices, sent by so many clients at once."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{clients} {notices}\n")
        self._process.stdin.flush()
        return float(self._read_line())

    def _read_line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._checkout}: its Portside ended")
        return line


def run(checkout: str, pairs: int = PAIRS) -> Iterator[str]:
    """A line for each database and number of clients."""
    other = Path(checkout).resolve()
    for kind in ("SQLite", "PostgreSQL"):
        with ExitStack() as stack:
            there = stack.enter_context(serving(other, other / ".venv/bin/python", kind))
            here = stack.enter_context(serving(_HERE, Path(sys.executable), kind))
            for clients in (1, 16):
                for side in (there, here):
                    side.measure(clients, LOT)  # the first ones find nothing prepared
                yield describe(
                    kind,
                    clients,
                    [
                        (there.measure(clients, LOT), here.measure(clients, LOT))
                        for _ in range(pairs)
                    ],
                )


def describe(kind: str, clients: int, pairs: list[tuple[float, float]]) -> str:
    """The line for pairs of the other checkout's milliseconds and ours."""
    ratios = [here / there for there, here in pairs]
    before, now = (median(pair[side] for pair in pairs) for side in (0, 1))
    return (
        f"{kind}, {clients:2} at once: ratio this to other {median(ratios):.2f} (of {len(pairs)}"
        f" pairs, from {min(ratios):.2f} to {max(ratios):.2f}); {now:.1f} ms of CPU a notice here,"
        f" {before:.1f} ms there"
    )


@contextmanager
def serving(checkout: Path, python: Path, kind: str) -> Iterator[Side]:
    """A checkout's Portside on a database of this kind."""
    # -P: the folder of the script must not stand before that of the checkout.
    with subprocess.Popen(  # noqa: S603 -- our own
        [str(python), "-P", str(_SERVED), kind],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Side(checkout, process)
