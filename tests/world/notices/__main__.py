"""`python -m tests.world.notices`: the state machine by mass, on each kind of shop or one."""

from __future__ import annotations

import argparse
import sys
import time

from hypothesis import HealthCheck, Phase, settings

from proxy.telemetry.logs import configure_logs
from tests.world.notices.play import play
from tests.world.notices.shops import SHOPS

# In a world of their own: what earlier examples left is looked through by each later one.
_AT_ONCE = 50


def main() -> int:
    """Run it; the smallest example of a fault is printed by hypothesis."""
    parser = argparse.ArgumentParser(prog="python -m tests.world.notices", description=__doc__)
    parser.add_argument("--examples", type=int, default=200, help="how many for each kind of shop")
    parser.add_argument("--steps", type=int, default=15, help="how many steps each has at most")
    parser.add_argument("--shop", choices=sorted(SHOPS), action="append", help="only this kind")
    parser.add_argument("--shrink", action="store_true", help="look for a smaller example")
    asked = parser.parse_args()
    configure_logs(level="error")
    for kind in asked.shop or SHOPS:
        began = time.perf_counter()
        for first in range(0, asked.examples, _AT_ONCE):
            play(kind, _settings(asked, min(_AT_ONCE, asked.examples - first)))
        seconds = time.perf_counter() - began
        sys.stdout.write(f"{kind}: {asked.examples} examples, {seconds:.0f} s, no fault\n")
    return 0


def _settings(asked: argparse.Namespace, examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=asked.steps,
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        phases=(Phase.generate, *([Phase.shrink] if asked.shrink else [])),
        suppress_health_check=list(HealthCheck),
    )


if __name__ == "__main__":
    sys.exit(main())
