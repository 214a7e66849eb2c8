"""Shipments of which ShipStation's notices get lost, late or repeated, some voided, returned or
marked as shipped, and Portside killed amid them: whether the shop hears of each once, how soon, and
what the account is asked for.

Portside is a real `portside serve`, killed with SIGKILL and started again. What is simulated is the
time of all programs: intervals and limits are those of the settings.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from tests.account.mass.ends import MINUTE
from tests.account.mass.play import SECOND, Outcome, Pace, play
from tests.postgres import postgres_server

# A step of time is a third as long with webhooks: all of them would take an hour.
_HOOKED = 2000
_USUAL = Pace(lasts=timedelta(hours=10))
# ShipStation sends no webhook again, so what is made while the process is down waits that long. A
# minute that another program uses up does not come on top of it: in the middle there is none.
_PROMPT = Pace(
    lasts=timedelta(hours=2), jump=5 * SECOND, down=20 * SECOND, tenths=(1, 2, 3, 4, 6, 7, 8, 9)
)


def run(count: int = 10_000) -> Iterator[str]:
    """A few lines for each database, and for webhooks."""
    with tempfile.TemporaryDirectory() as name, postgres_server() as server:
        folder = Path(name)
        yield from _measure("SQLite", count, folder, f"sqlite:///{folder}/account.db", _USUAL)
        yield from _measure("PostgreSQL", count, folder, server.create(), _USUAL)
        url = f"sqlite:///{folder}/hooked.db"
        yield from _measure("SQLite with webhooks", min(count, _HOOKED), folder, url, _PROMPT)


def _measure(kind: str, count: int, folder: Path, url: str, pace: Pace) -> Iterator[str]:
    outcome = asyncio.run(play(count, folder, url, pace, has_hooks=pace is _PROMPT))
    mix = ", ".join(f"{number} {name}" for name, number in outcome.kinds.items())
    yield (
        f"{kind}: {count} shipments in {pace.lasts} of simulated time ({mix}); killed in the middle"
        f" of a run, and down for {pace.down}"
    )
    yield from describe(outcome)


def describe(outcome: Outcome) -> Iterator[str]:
    """The outcome, in two lines and one for each parcel that is missing or late."""
    yield (
        f"  {outcome.missing} missing in the shop, {outcome.doubled} doubled, {outcome.wrong}"
        f" returns told; {outcome.by_account} found in the account, the last after"
        f" {outcome.found / MINUTE:.1f} minutes; told within {outcome.told / MINUTE:.1f} minutes"
    )
    yield (
        f"  {outcome.requests} requests to ShipStation, {outcome.busiest_minute} at the most in any"
        f" minute, {outcome.refused} answered 429; {outcome.seconds:.0f} s of real time"
    )
    yield from (f"  {trouble}" for trouble in outcome.troubles)
