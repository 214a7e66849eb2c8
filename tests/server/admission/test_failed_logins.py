"""Failed logins are counted by store and client, and a right one clears its own alone."""

from __future__ import annotations

import itertools

import pytest

from proxy.server.admission.failed_logins import (
    LONGEST_DELAY,
    MOST_A_MINUTE,
    FailedLogins,
    choose_delay,
)

CLIENT = "198.51.100.1"


def fail(
    logins: FailedLogins, times: int, *, at: float = 0.0, username: str = "north"
) -> list[bool]:
    """Whether each of so many failed logins was one too many."""
    return [
        logins.record("north", CLIENT, username, at).retry_after is not None for _ in range(times)
    ]


def test_the_delay_grows_from_nothing_to_its_end() -> None:
    delays = [choose_delay(count) for count in range(1, 10_000)]
    assert delays[:3] == [0.0, 0.0, 0.0]
    assert delays[3:8] == [0.25, 0.5, 1.0, 2.0, LONGEST_DELAY]
    assert all(one <= other for one, other in itertools.pairwise(delays))
    assert delays[-1] == LONGEST_DELAY


def test_after_twenty_in_a_minute_each_further_one_is_too_many() -> None:
    assert fail(FailedLogins(), 25) == [False] * MOST_A_MINUTE + [True] * 5


def test_the_client_may_come_again_once_it_is_told_so() -> None:
    logins = FailedLogins()
    for second in range(21):
        logins.record("north", CLIENT, "north", float(second))
    wait = logins.record("north", CLIENT, "north", 21.0).retry_after
    assert wait == pytest.approx(60 - 19)
    assert logins.record("north", CLIENT, "north", 21.0 + 41).retry_after is None


def test_each_store_and_each_client_has_a_count_of_its_own() -> None:
    logins = FailedLogins()
    fail(logins, 30)
    assert logins.record("south", CLIENT, "north", 0.0).retry_after is None
    assert logins.record("north", "198.51.100.2", "north", 0.0).retry_after is None
    assert logins.record("north", "::ffff:" + CLIENT, "north", 0.0).retry_after is not None


def test_a_right_login_clears_the_count_of_its_own_user_name_and_address_alone() -> None:
    logins = FailedLogins()
    fail(logins, 10, username="guessed")
    fail(logins, 10, username="north")
    logins.forgive("north", "198.51.100.2", "north")
    logins.forgive("south", CLIENT, "north")
    assert fail(logins, 1) == [True]
    logins.forgive("north", CLIENT, "north")
    assert fail(logins, 11) == [False] * 10 + [True]


def test_a_client_that_is_forgiven_all_is_forgotten() -> None:
    logins = FailedLogins()
    fail(logins, 3)
    logins.forgive("north", CLIENT, "north")
    assert len(logins) == 0


def test_strangers_with_many_addresses_and_names_cost_bounded_memory() -> None:
    logins = FailedLogins()
    for number in range(10_100):
        logins.record("north", f"10.0.{number // 250}.{number % 250}", "n" * 300, 0.0)
    assert len(logins) == 10_000
    for number in range(300):
        logins.record("north", f"2001:db8::{number:x}", f"{number}", 0.0)
    assert len(logins) == 10_000
    (failures,) = [
        kept for key, kept in logins._clients.items() if key == ("north", "2001:db8::/64")
    ]
    assert len(failures) == MOST_A_MINUTE + 1
