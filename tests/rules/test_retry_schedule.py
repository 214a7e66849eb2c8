from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import (
    AuthenticationError,
    CircuitOpenError,
    ConflictError,
    ConnectorError,
    OrderNotFoundError,
    RefusedError,
    TemporaryError,
    ThrottledError,
    UnavailableError,
    UnreadableResponseError,
)
from proxy.rules.retry_schedule import Decision, RetrySchedule

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SCHEDULE = RetrySchedule(steps=(MINUTE, 5 * MINUTE, 60 * MINUTE), order_grace=10 * MINUTE)


def decide(
    error: ConnectorError,
    attempts: int = 0,
    *,
    queued_at: datetime = NOW,
    shop_is_down: bool = False,
    chance: float = 0.5,
) -> Decision:
    return SCHEDULE.decide(
        error,
        attempts=attempts,
        queued_at=queued_at,
        now=NOW,
        shop_is_down=shop_is_down,
        chance=chance,
    )


@pytest.mark.parametrize(
    ("error", "attempts", "wait"),
    [
        (UnavailableError("down"), 0, MINUTE),
        (UnavailableError("down"), 1, 5 * MINUTE),
        (UnavailableError("down"), 2, 60 * MINUTE),
        (UnavailableError("down"), 3, None),
        (TemporaryError("hm"), 0, MINUTE),
        (AuthenticationError("key revoked"), 1, 5 * MINUTE),
        (AuthenticationError("key revoked"), 3, None),
        (OrderNotFoundError("who?"), 0, MINUTE),
        (OrderNotFoundError("who?"), 2, None),
        (ConflictError("cancelled"), 0, None),
        (RefusedError("no"), 0, None),
        (UnreadableResponseError("<html>"), 0, None),
        (ThrottledError("slow down", retry_after=30), 0, MINUTE),
        (ThrottledError("slow down", retry_after=90), 0, timedelta(seconds=90)),
        (ThrottledError("slow down", retry_after=-5), 0, MINUTE),
        (ThrottledError("slow down", retry_after=1e30), 0, 60 * MINUTE),
        (UnavailableError("back soon", retry_after=600), 1, 10 * MINUTE),
    ],
)
def test_each_outcome_has_its_wait(
    error: ConnectorError, attempts: int, wait: timedelta | None
) -> None:
    assert decide(error, attempts) == Decision(next_at=None if wait is None else NOW + wait)


def test_an_unknown_order_is_given_up_once_its_grace_is_over() -> None:
    assert decide(OrderNotFoundError("who?"), queued_at=NOW - 9 * MINUTE).next_at is not None
    assert decide(OrderNotFoundError("who?"), queued_at=NOW - 10 * MINUTE).next_at is None


@pytest.mark.parametrize("attempts", [0, 3, 99])
def test_a_shop_that_is_down_uses_up_no_tries(attempts: int) -> None:
    resting = decide(CircuitOpenError("resting", retry_after=30), attempts)
    assert resting == Decision(next_at=NOW + MINUTE, counted=False)
    assert decide(UnavailableError("down"), attempts, shop_is_down=True) == Decision(
        next_at=NOW + MINUTE, counted=False
    )


def test_a_refusal_is_final_even_while_the_shop_seems_down() -> None:
    assert decide(RefusedError("no"), shop_is_down=True).next_at is None


@given(st.integers(0, 2), st.floats(0, 1, exclude_max=True), st.floats(0, 1e9))
def test_no_wait_is_shorter_than_the_shop_asked_nor_beyond_all_measure(
    attempts: int, chance: float, asked: float
) -> None:
    next_at = decide(UnavailableError("down", retry_after=asked), attempts, chance=chance).next_at
    assert next_at is not None
    wait = (next_at - NOW).total_seconds()
    assert wait >= min(asked, 3600) - 1e-6
    assert SCHEDULE.steps[attempts].total_seconds() * 0.8 - 1e-3 <= wait <= 3600 * 1.2 + 1e-3


@given(st.floats(0, 1, exclude_max=True), st.floats(0, 1, exclude_max=True))
def test_what_failed_together_does_not_come_back_together(one: float, other: float) -> None:
    waits = {decide(UnavailableError("down"), chance=chance).next_at for chance in (one, other)}
    assert len(waits) == 2 or abs(one - other) < 1e-6
