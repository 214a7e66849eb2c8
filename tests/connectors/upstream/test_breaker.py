"""The breaker's life as a table: what happens, when, and which state follows."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from connectors.errors import (
    AuthenticationError,
    CircuitOpenError,
    RefusedError,
    ThrottledError,
    UnavailableError,
)
from connectors.upstream.breaker import Breaker, BreakerState

CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN


class Hands:
    """A clock set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def play(breaker: Breaker, event: str) -> None:
    """One request that ends as `event` says; `part …` is one for a part of an order."""
    for_part = event.startswith("part ")
    event = event.removeprefix("part ")
    errors: dict[str, BaseException] = {
        "down": UnavailableError("the shop is down"),
        "lost": UnavailableError("no connection", reached=False),
        "429": ThrottledError("slow down"),
        "401": AuthenticationError("no"),
        "422": RefusedError("no", status=422),
        "cancelled": asyncio.CancelledError(),
    }
    with contextlib.suppress(*map(type, errors.values())), breaker.guard(for_part=for_part):
        if event in errors:
            raise errors[event]


@pytest.mark.parametrize(
    ("story", "state"),
    [
        ([], CLOSED),
        (["down", "down"], CLOSED),
        (["down", "down", "down"], OPEN),
        (["down", "down", "ok", "down", "down"], CLOSED),
        (["down", "down", "422", "down", "down"], CLOSED),
        (["401"] * 9, CLOSED),
        (["422"] * 9, CLOSED),
        (["429"] * 9, CLOSED),
        (["cancelled"] * 9, CLOSED),
        (["part down"] * 9, CLOSED),
        (["down", "part down", "down", "down"], OPEN),
        (["part lost"] * 3, OPEN),
        (["down", "down", "part ok", "down", "down"], CLOSED),
        (["down", "down", "down", 29.9], OPEN),
        (["down", "down", "down", 30.0], HALF_OPEN),
        (["down", "down", "down", 30.0, "ok"], CLOSED),
        (["down", "down", "down", 30.0, "401"], CLOSED),
        (["down", "down", "down", 30.0, "down"], OPEN),
        (["down", "down", "down", 30.0, "down", 29.0], OPEN),
        (["down", "down", "down", 30.0, "down", 30.0], HALF_OPEN),
        (["down", "down", "down", 30.0, "cancelled"], HALF_OPEN),
        (["down", "down", "down", 30.0, "cancelled", "ok"], CLOSED),
        (["down", "down", "down", 30.0, "ok", "down", "down"], CLOSED),
    ],
)
def test_every_story_ends_in_its_state(story: list[str | float], state: BreakerState) -> None:
    clock = Hands()
    breaker = Breaker(trip_after=3, rest=30.0, clock=clock)
    for event in story:
        if isinstance(event, float):
            clock.now += event
        else:
            play(breaker, event)
    assert breaker.state is state


def test_an_open_breaker_lets_nothing_through_and_says_for_how_long_and_why() -> None:
    clock = Hands()
    breaker = Breaker(trip_after=1, rest=30.0, clock=clock)
    play(breaker, "down")
    clock.now += 10.0
    with (
        pytest.raises(
            CircuitOpenError, match=r"another 20 seconds\. Last: the shop is down"
        ) as caught,
        breaker.guard(),
    ):
        raise AssertionError("the request went through")
    assert caught.value.retry_after == 20.0


def test_a_half_open_breaker_lets_one_request_through_at_a_time() -> None:
    clock = Hands()
    breaker = Breaker(trip_after=1, rest=30.0, clock=clock)
    play(breaker, "down")
    clock.now += 30.0
    with breaker.guard(), pytest.raises(CircuitOpenError), breaker.guard():
        raise AssertionError("a second probe went through")
    assert breaker.state is CLOSED


def test_a_late_failure_of_an_old_request_does_not_prolong_the_rest() -> None:
    clock = Hands()
    breaker = Breaker(trip_after=1, rest=30.0, clock=clock)
    late = breaker.guard()
    late.__enter__()
    play(breaker, "down")
    clock.now += 20.0
    late.__exit__(UnavailableError, UnavailableError("late"), None)
    clock.now += 10.0
    assert breaker.state is HALF_OPEN
