"""The measured claim, in short: a hostile shop and a forgetful ShipStation, weeks in virtual
time.
"""

from __future__ import annotations

import pytest

from tests.export.hunts.hostile import Hardship
from tests.export.hunts.plain import live

SHORT = Hardship(changes=1500, days=6, outages_per_week=6)


@pytest.mark.parametrize("way", ["Portside", "Portside, resend_unchanged: false"])
@pytest.mark.parametrize("seed", [101, 102])
async def test_weeks_of_hardship_cost_no_order(way: str, seed: int) -> None:
    tally = await live(seed, SHORT, way)
    assert (tally.changes, tally.never_got, tally.wrong_at_the_end) == (1500, 0, 0)
    assert tally.failed > tally.polls / 20


@pytest.mark.parametrize("way", ["offset paging", "newest first, offset", "key set, no coverage"])
async def test_the_same_hardship_costs_plain_ways_orders(way: str) -> None:
    tally = await live(101, SHORT, way)
    assert tally.never_got > 0
    assert tally.wrong_at_the_end > 0


async def test_what_shipstation_surely_has_is_sent_again_less_often_if_so_wished() -> None:
    always, seldom = [
        await live(101, SHORT, way) for way in ("Portside", "Portside, resend_unchanged: false")
    ]
    assert seldom.sent_again < always.sent_again
