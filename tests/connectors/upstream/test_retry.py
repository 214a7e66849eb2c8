"""Which errors earn another attempt, and after how long: tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import (
    AuthenticationError,
    CircuitOpenError,
    ConnectorError,
    RefusedError,
    ThrottledError,
    UnavailableError,
    UnreadableResponseError,
)
from connectors.upstream.retry import (
    LONGEST_RETRY_AFTER,
    Harm,
    RetryPolicy,
    choose_pause,
    is_worth_another,
    make_attempts,
    parse_retry_after,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
POLICY = RetryPolicy(attempts=4, backoff=1.0, patience=10.0)


@pytest.mark.parametrize(
    ("error", "read", "write"),
    [
        (UnavailableError("503"), True, False),
        (UnavailableError("refused", reached=False), True, True),
        (UnavailableError("503", retry_after=9.0), True, False),
        (UnavailableError("503", retry_after=11.0), False, False),
        (ThrottledError("429"), True, True),
        (ThrottledError("429", retry_after=10.0), True, True),
        (ThrottledError("429", retry_after=10.5), False, False),
        (CircuitOpenError("open", retry_after=1.0), False, False),
        (AuthenticationError("401"), False, False),
        (RefusedError("422", status=422), False, False),
        (UnreadableResponseError("html"), False, False),
        (ValueError("a bug"), False, False),
    ],
)
def test_who_earns_another_attempt(error: Exception, read: bool, write: bool) -> None:  # noqa: FBT001 - a table's columns
    assert is_worth_another(error, Harm.NONE, POLICY) is read
    assert is_worth_another(error, Harm.TWICE, POLICY) is write


@pytest.mark.parametrize(
    ("attempt", "chance", "seconds"),
    [
        (1, 0.0, 0.5),
        (1, 1.0, 1.0),
        (2, 0.0, 1.0),
        (3, 1.0, 4.0),
        (4, 1.0, 8.0),
        (5, 1.0, 10.0),
        (50, 0.0, 5.0),
    ],
)
def test_the_wait_doubles_up_to_our_patience(attempt: int, chance: float, seconds: float) -> None:
    assert choose_pause(UnavailableError("503"), attempt, POLICY, chance) == seconds


@given(st.floats(0, LONGEST_RETRY_AFTER), st.floats(0, 1), st.integers(1, 10))
def test_a_wait_the_shop_asks_for_is_never_cut_short(
    asked: float, chance: float, attempt: int
) -> None:
    wait = choose_pause(ThrottledError("429", retry_after=asked), attempt, POLICY, chance)
    assert asked <= wait <= asked + 1.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("0", 0.0),
        ("7", 7.0),
        (" 2.0 ", 2.0),
        ("-5", 0.0),
        ("inf", LONGEST_RETRY_AFTER),
        ("999999999", LONGEST_RETRY_AFTER),
        ("Mon, 02 Mar 2026 12:00:30 GMT", 30.0),
        ("Monday, 02-Mar-26 12:00:30 GMT", 30.0),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0.0),
        ("Mon, 02 Mar 2026 14:00:10 +0200", 10.0),
        ("Tue, 02 Mar 2099 12:00:00 GMT", LONGEST_RETRY_AFTER),
        ("Mon, 99 Mar 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_in_every_form(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, NOW) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_is_a_span_or_nothing(header: str) -> None:
    seconds = parse_retry_after(header, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_RETRY_AFTER


@given(st.integers(0, 3600))
def test_a_date_and_its_seconds_mean_the_same(seconds: int) -> None:
    assert (
        parse_retry_after(format_datetime(NOW + timedelta(seconds=seconds), usegmt=True), NOW)
        == seconds
    )


async def test_the_loop_gives_up_with_the_last_error_and_tells_of_each_repeat() -> None:
    told: list[tuple[str, int]] = []
    errors = iter([UnavailableError("first"), ThrottledError("second"), UnavailableError("third")])
    policy = RetryPolicy(attempts=3, backoff=0.0)

    async def call() -> None:
        async for attempt in make_attempts(
            policy,
            Harm.NONE,
            before_pause=lambda error, number, _: told.append((str(error), number)),
        ):
            with attempt:
                raise next(errors)

    with pytest.raises(ConnectorError, match="third"):
        await call()
    assert told == [("first", 1), ("second", 2)]
