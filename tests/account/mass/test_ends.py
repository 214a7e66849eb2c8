"""Which shipments the judge calls missing and late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from proxy.simulator.account.traits import Fate
from tests.account.mass.ends import MINUTE, ParcelEnd
from tests.account.mass.plans import Plan

_MADE = datetime(2026, 3, 2, 17, tzinfo=UTC)
_VOIDED = _MADE + 5 * MINUTE


@pytest.mark.parametrize(
    ("voided_at", "answers", "state", "is_missing"),
    [
        (None, [], None, True),
        (None, [200], "waiting", True),
        (_VOIDED, [200], "dead", True),
        (_VOIDED, [0], None, False),
        (_VOIDED, [200], "discarded", False),
        (_VOIDED, [], None, False),
    ],
)
def test_a_voided_label_is_due_only_if_its_notice_was_taken(
    voided_at: datetime | None, answers: list[int], state: str | None, *, is_missing: bool
) -> None:
    end = _end(voided_at=voided_at, answers=answers, state=state, found=MINUTE)
    assert end.is_missing is is_missing


def test_a_parcel_is_late_that_was_found_after_more_than_a_quarter_of_an_hour() -> None:
    late = _end(state="delivered", found=15 * MINUTE + timedelta(seconds=1), is_at_shop=True)
    assert late.is_late
    assert not _end(state="delivered", found=15 * MINUTE, is_at_shop=True).is_late
    assert late.describe() == (
        "late: M-1, label, notice sent, made 17:00:00, voided never, answers to notices: none;"
        " delivery delivered, from account, found after 0:15:01, told after 0:16:01; last error:"
        " none"
    )


def _end(
    *,
    state: str | None,
    found: timedelta,
    voided_at: datetime | None = None,
    answers: list[int] | None = None,
    is_at_shop: bool = False,
) -> ParcelEnd:
    delivery = {
        "state": state,
        "origin": "account",
        "created_at": _MADE + found,
        "finished_at": _MADE + found + MINUTE,
        "last_error": None,
    }
    return ParcelEnd(
        order="M-1",
        plan=Plan(fate=Fate.SENT, is_mark=False, is_returned=False, voided_after=None),
        made_at=_MADE,
        voided_at=voided_at,
        answers=answers or [],
        delivery=None if state is None else delivery,
        is_at_shop=is_at_shop,
    )
