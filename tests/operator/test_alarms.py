"""Each condition of an alarm: from when on it holds, in whose words, and when it is over."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.rules.alarms import Alarm, AlarmKind, Thresholds, compare_alarms
from proxy.rules.conditions import Facts, StoreFacts, find_alarms
from proxy.rules.rhythm import find_usual_interval

NOW = datetime(2026, 3, 25, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
SECOND = timedelta(seconds=1)
INCOMPLETE = {"poll_outcome": "failed", "poll_kind": "IncompleteListingError"}
# What makes each condition hold, what just does not, and what of the sentence must be there.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "shop_down": (
        {"shop_failing_since": NOW - QUARTER, "shop_error": "The shop hung up."},
        {"shop_failing_since": NOW - QUARTER + SECOND},
        "north: the shop has not answered since 01:45 UTC: The shop hung up",
    ),
    "shop_down by polls": (
        {"fruitless_since": NOW - HOUR, "poll_outcome": "failed", "poll_reason": "401: no."},
        {"fruitless_since": NOW - HOUR, "poll_outcome": "broken_off"},
        "north: no poll has brought orders since 01:00 UTC: 401: no",
    ),
    "shop_down by one route": (
        {"poll_outcome": "all_held", "poll_reason": "GET refunds: 500"},
        {"poll_outcome": "given"},
        "north: all orders of the last window are held for one reason: GET refunds: 500",
    ),
    "no_poll": (
        {"last_poll_at": NOW - 3 * HOUR - SECOND, "usual_interval": HOUR},
        {"last_poll_at": NOW - 3 * HOUR, "usual_interval": HOUR},
        (
            "north: ShipStation has not asked for orders since 24 Mar 22:59 UTC; it usually does"
            " every 60 min"
        ),
    ),
    "no_poll of a hasty client": (
        {"last_poll_at": NOW - timedelta(minutes=121), "usual_interval": SECOND},
        {"last_poll_at": NOW - timedelta(minutes=119), "usual_interval": SECOND},
        "since 24 Mar 23:59 UTC",
    ),
    "no_poll after a refresh": (
        {
            "last_poll_at": NOW - 4 * HOUR,
            "usual_interval": HOUR,
            "refreshed_at": NOW - QUARTER,
        },
        {
            "last_poll_at": NOW - 4 * HOUR,
            "usual_interval": HOUR,
            "refreshed_at": NOW - QUARTER + SECOND,
        },
        "since 24 Mar 22:00 UTC",
    ),
    "incomplete": (
        {"fruitless_since": NOW - HOUR, **INCOMPLETE},
        {"fruitless_since": NOW - HOUR + SECOND, **INCOMPLETE},
        "cannot be proved complete",
    ),
    "gap": ({"gaps": [(NOW - HOUR, NOW)]}, {"gaps": []}, "may never have reached ShipStation"),
    "dead": ({"dead": 2}, {"dead": 0}, "north: 2 shipments could not be told to the shop and wait"),
    "unreadable": ({"unreadable": 1}, {"unreadable": 0}, "north: 1 order cannot be read, and is"),
    "invalid": ({"invalid": 3}, {"invalid": 0}, "3 orders would be refused by ShipStation"),
    "oldest_waiting": (
        {"waiting": 1, "oldest_waiting_at": NOW - HOUR},
        {"waiting": 1, "oldest_waiting_at": NOW - HOUR + SECOND},
        "north: 1 shipment waits to be told to the shop, the oldest since 01:00 UTC",
    ),
    "audit": (
        {"audit_since": NOW - HOUR, "faulty": {"stuck": 2, "a": 1, "b": 1, "c": 1, "d": 1}},
        {"audit_since": NOW - HOUR, "faulty": {}},
        "north: the audit found 6 orders with a fault: 2 stuck, 1 a, 1 b, and 2 more kinds",
    ),
    "second_poller": ({"has_second_poller": True}, {}, "two clients poll this store"),
    "wrong_login": ({"wrong_logins": 20}, {"wrong_logins": 19}, "20 logins failed within an hour"),
    "late": ({"is_late": True}, {}, "lists changes late"),
    "miscount": ({"miscount": (9, 8)}, {}, "the shop counts 9 orders, and 8 were found"),
}
OFF = Thresholds(
    **dict.fromkeys(Thresholds.__struct_fields__)  # type: ignore[arg-type]  # each may be off
    | dict.fromkeys(("gap", "late", "miscount", "second_poller"), False)
)


def alarms_of(facts: dict[str, Any], thresholds: Thresholds | None = None) -> tuple[Alarm, ...]:
    stores = (StoreFacts(store="north", **facts),)
    return find_alarms(Facts(now=NOW, stores=stores), thresholds or Thresholds())


@pytest.mark.parametrize("name", CASES)
def test_a_condition_is_an_alarm_from_its_threshold_on_and_can_be_switched_off(name: str) -> None:
    holding, not_yet, words = CASES[name]
    (alarm,) = alarms_of(holding)
    assert (alarm.kind.value, alarm.store) == (name.partition(" ")[0], "north")
    assert words in alarm.text
    assert alarm.advice.endswith(".")
    assert alarms_of(not_yet) == ()
    assert alarms_of(holding, OFF) == ()


def test_every_kind_of_alarm_has_a_case_and_a_threshold() -> None:
    kinds = {kind.value for kind in AlarmKind}
    assert {name.partition(" ")[0] for name in CASES} | {"disk_below"} == kinds
    assert set(Thresholds.__struct_fields__) == kinds


@pytest.mark.parametrize(
    ("free", "holds"), [(199_999_999, True), (200_000_000, False), (None, False)]
)
def test_a_disk_that_runs_full_is_an_alarm_of_no_store(free: int | None, *, holds: bool) -> None:
    found = find_alarms(Facts(now=NOW, disk_free=free), Thresholds())
    assert [(alarm.kind, alarm.store) for alarm in found] == (
        [(AlarmKind.DISK_BELOW, "")] if holds else []
    )


def test_only_what_can_stay_as_it_is_needs_nobody() -> None:
    healing = [name for name in CASES if not alarms_of(CASES[name][0])[0].needs_person]
    assert healing == ["late", "miscount"]


def test_a_store_that_the_settings_lost_is_no_store_that_shipstation_should_poll() -> None:
    silent, _, _ = CASES["no_poll"]
    assert alarms_of({**silent, "named": False}) == ()


def test_the_worst_comes_first() -> None:
    facts = {**CASES["late"][0], **CASES["dead"][0], **CASES["shop_down"][0]}
    assert [alarm.kind.value for alarm in alarms_of(facts)] == ["shop_down", "dead", "late"]


@given(st.sets(st.sampled_from(list(AlarmKind))), st.sets(st.sampled_from(list(AlarmKind))))
def test_two_readings_tell_what_began_and_what_ended(
    before: set[AlarmKind], after: set[AlarmKind]
) -> None:
    held = [Alarm(kind=kind, store="north", text="", advice="") for kind in after]
    changes = compare_alarms({(kind.value, "north") for kind in before}, held)
    assert {alarm.kind for alarm in changes.began} == after - before
    assert set(changes.ended) == {(kind.value, "north") for kind in before - after}


def test_a_long_reason_of_a_shop_is_cut() -> None:
    facts = {"shop_failing_since": NOW - HOUR, "shop_error": "x" * 10_000}
    (alarm,) = alarms_of(facts)
    assert len(alarm.text) < 300


@given(st.lists(st.integers(0, 10**6), max_size=30))
def test_the_usual_interval_is_between_the_shortest_and_the_longest(moments: list[int]) -> None:
    began = sorted(NOW + timedelta(seconds=moment) for moment in moments)
    found = find_usual_interval(began)
    if len(began) < 3:
        assert found is None
        return
    spans = [later - earlier for earlier, later in itertools.pairwise(began)]
    assert found is not None
    assert min(spans) <= found <= max(spans)


def test_thresholds_may_be_higher() -> None:
    higher = msgspec.structs.replace(Thresholds(), dead=3)
    assert alarms_of({"dead": 2}, higher) == ()
    assert [alarm.kind for alarm in alarms_of({"dead": 3}, higher)] == [AlarmKind.DEAD]
