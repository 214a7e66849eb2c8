"""What becomes of many shipments and of their notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random

import msgspec

from proxy.simulator.account.traits import LOST, Fate

_HOUR = timedelta(hours=1)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to one order: how it is shipped, what becomes of its notice, and after how long
    its label is voided, if it is.
    """

    fate: Fate
    is_mark: bool
    is_returned: bool
    voided_after: timedelta | None


def choose_plans(count: int) -> list[Plan]:
    """The same for the same count: 5 % of notices are lost, 5 % late, 5 % repeated; 2 % of labels
    are voided, 1 % of orders sent back, 10 % marked as shipped.
    """
    draw = Random(count)
    plans = []
    for _ in range(count):
        drawn, is_mark = draw.random(), draw.random() < 0.10
        fate = Fate.SENT
        if drawn < 0.05:
            fate = draw.choice(LOST)
        elif drawn < 0.10:
            fate = Fate.LATE
        elif drawn < 0.15:
            fate = Fate.REPEATED
        is_voided = not is_mark and draw.random() < 0.02
        plans.append(
            Plan(
                fate=fate,
                is_mark=is_mark,
                is_returned=draw.random() < 0.01,
                voided_after=draw.random() * _HOUR if is_voided else None,
            )
        )
    return plans


def count_kinds(plans: Sequence[Plan]) -> Mapping[str, int]:
    """How many there are of each kind."""
    return {
        "lost": sum(plan.fate in LOST for plan in plans),
        "late": sum(plan.fate is Fate.LATE for plan in plans),
        "repeated": sum(plan.fate is Fate.REPEATED for plan in plans),
        "voided": sum(plan.voided_after is not None for plan in plans),
        "sent back": sum(plan.is_returned and not plan.is_mark for plan in plans),
        "marked as shipped": sum(plan.is_mark for plan in plans),
    }
