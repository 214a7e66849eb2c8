"""Whatever a shop does to the calls: no piece is told more often than it was sent, every accepted
parcel is in the shop in the end, and every answer was true.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from tests.world.notices.play import play

# The same each time; `python -m tests.world.notices` hunts for new ones, in more kinds of shop.
FEW = settings(
    max_examples=4,
    stateful_step_count=10,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("kind", ["json", "shopify-graphql", "woocommerce"])
def test_every_notice_is_told_once_and_every_answer_is_true(kind: str) -> None:
    play(kind, FEW)
