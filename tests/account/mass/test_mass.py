"""500 shipments whose notices get lost, late and repeated, some voided, returned or marked as
shipped, and a `portside serve` that is killed with SIGKILL while it reads the account;
`python -m tests.benchmarks account` takes more, PostgreSQL and webhooks.
"""

from __future__ import annotations

from pathlib import Path

from tests.account.mass.ends import MINUTE
from tests.account.mass.play import SECOND, Pace, play
from tests.databases import make_migrated_file


async def test_every_parcel_reaches_the_shop_once_although_notices_get_lost(
    tmp_path: Path,
) -> None:
    database = make_migrated_file(tmp_path / "portside.db")
    outcome = await play(500, tmp_path, database, Pace(lasts=30 * MINUTE, jump=20 * SECOND))
    assert all(outcome.kinds.values())
    assert (outcome.troubles, outcome.doubled, outcome.wrong) == ([], 0, 0)
    assert outcome.by_account >= outcome.kinds["lost"] - outcome.kinds["voided"]
    assert outcome.busiest_minute <= 20
    assert outcome.refused
