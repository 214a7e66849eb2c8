"""How hard a shop may be asked: what a patient policy allows, as a table."""

from __future__ import annotations

import contextlib

import pytest

from connectors.errors import UnavailableError
from connectors.upstream.breaker import Breaker, BreakerState
from connectors.upstream.policy import UpstreamPolicy


def breaker_is_open(breaker: Breaker) -> bool:
    return breaker.state is BreakerState.OPEN


@pytest.mark.parametrize("attempts", [1, 3])
@pytest.mark.parametrize("tries", [1, 4, 9])
def test_the_breaker_waits_for_the_last_way_to_ask(tries: int, attempts: int) -> None:
    policy = UpstreamPolicy(attempts=attempts, trip_after=2).patient(tries)
    breaker = Breaker(trip_after=policy.trip_after)
    for _ in range(tries * attempts):
        with contextlib.suppress(UnavailableError), breaker.guard():
            raise UnavailableError("the shop is down")
    assert not breaker_is_open(breaker)
    with contextlib.suppress(UnavailableError), breaker.guard():
        raise UnavailableError("the shop is down")
    assert breaker_is_open(breaker)


def test_patience_never_makes_a_policy_less_patient_and_changes_nothing_else() -> None:
    policy = UpstreamPolicy(rate=1.0, timeout=7.0, attempts=2, trip_after=50)
    assert policy.patient(3) == policy
