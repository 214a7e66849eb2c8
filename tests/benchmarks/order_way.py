"""CPU of the whole way of one order, of this checkout against another one.

`python -m tests.benchmarks order_way CHECKOUT`: recorded WooCommerce JSON is decoded, read into
orders, run through a store's policy and encoded as ShipStation's XML. CHECKOUT is a folder of the
same layout, e.g. a git worktree of an earlier commit; it needs no installation of its own.

A slow moment of the machine meets both: they are measured in turn, each time in a fresh process,
and compared pair by pair.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import msgspec

ARGUMENTS = ("CHECKOUT",)
PAIRS = 7
_HERE = Path(__file__).parents[2]
_ONCE = Path(__file__).parent / "_sides" / "order_way_once.py"


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement: the orders that go out, CPU seconds of the whole way of all of them, and
    those of encoding alone.
    """

    orders: int
    way: float
    encode: float

    @property
    def microseconds(self) -> float:
        """Of the whole way of one order."""
        return self.way / self.orders * 1e6

    @property
    def share(self) -> float:
        """What part of the way is encoding."""
        return self.encode / self.way


def run(checkout: str, pairs: int = PAIRS) -> Iterator[str]:
    """Both ways in microseconds, and their ratio."""
    other = Path(checkout).resolve()
    measured = [(measure(_HERE), measure(other)) for _ in range(pairs)]
    ours, theirs = ([pair[side] for pair in measured] for side in (0, 1))
    yield f"{pairs} pairs of fresh processes, CPU time, medians"
    yield describe("this checkout", ours)
    yield describe(str(other), theirs)
    ratios = [one.microseconds / another.microseconds for one, another in measured]
    yield (
        f"ratio this to other {median(ratios):.3f} (pairs from {min(ratios):.3f} to"
        f" {max(ratios):.3f})"
    )


def measure(checkout: Path) -> Measured:
    """One measurement of `checkout`; raises RuntimeError with the last words of a process that
    fails.
    """
    # -P: the folder of the script must not stand before that of the checkout.
    done = subprocess.run(  # noqa: S603 -- our own
        [sys.executable, "-P", str(_ONCE)],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{checkout}: {done.stderr.strip().splitlines()[-1]}")
    return msgspec.json.decode(done.stdout, type=Measured)


def describe(name: str, measured: list[Measured]) -> str:
    """One checkout's line."""
    return (
        f"{name}: {median(each.microseconds for each in measured):.1f} µs an order"
        f" ({measured[0].orders} orders), encoding {median(each.share for each in measured):.0%}"
    )
