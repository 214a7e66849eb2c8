"""What is wrong with one order: each kind of fault, and what is none."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.rules.audit.faults import FaultKind, Remedy
from proxy.rules.audit.judging import judge_order
from proxy.rules.audit.sides import OrderSides
from proxy.rules.policy import HeldKind
from tests.audit.cases import FAULTS, FINE
from tests.audit.sides import (
    HOUR,
    NOW,
    RULES,
    build_delivery,
    build_hold,
    build_label,
    build_shipped,
    build_shop,
    build_sides,
)


@pytest.mark.parametrize(("sides", "kind"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_named_with_its_cause_and_what_to_do(sides: OrderSides, kind: FaultKind) -> None:
    (fault,) = judge_order(sides, RULES)
    assert fault.kind is kind
    assert fault.order == "1001"
    assert fault.since is not None
    for sentence in (fault.cause, fault.next_step):
        assert sentence[0].isupper() or sentence.startswith("`")
        assert sentence.endswith((".", "!", "?"))
        assert "  " not in sentence
    assert not fault.is_meant
    known = {order.id for order in sides.account or ()}
    assert (fault.account_order_id is None) == (not known)
    assert fault.account_order_id is None or fault.account_order_id in known


@pytest.mark.parametrize("sides", FINE.values(), ids=FINE.keys())
def test_what_is_well_or_on_its_way_is_no_fault(sides: OrderSides) -> None:
    assert judge_order(sides, RULES) == []


def test_every_kind_of_fault_has_its_case() -> None:
    told = {kind for _, kind in FAULTS.values()}
    assert told == set(FaultKind) - {FaultKind.FILTERED, FaultKind.EARLY}


@pytest.mark.parametrize("kind", [HeldKind.FILTERED, HeldKind.EARLY])
def test_what_the_settings_leave_out_is_told_and_is_no_fault(kind: HeldKind) -> None:
    sides = build_sides(given=None, shop=build_shop(hold=build_hold(kind)), account=())
    (fault,) = judge_order(sides, RULES)
    assert (fault.kind.value, fault.is_meant) == (kind.value, True)
    assert "wholesale" in fault.cause


def test_two_parcels_of_an_order_are_two_faults() -> None:
    lost = build_label(id=7002, tracking_number="X", is_announced=False)
    sides = build_shipped(deliveries=(), parcels=(build_label(error="(500)"), lost))
    kinds = [fault.kind for fault in judge_order(sides, RULES)]
    assert kinds == [FaultKind.REFUSED, FaultKind.SHIPPED_THERE]


def test_only_what_another_giving_can_mend_is_given_again() -> None:
    again = {
        kind
        for sides, kind in FAULTS.values()
        for fault in judge_order(sides, RULES)
        if fault.remedy is Remedy.GIVE_AGAIN
    }
    assert again == {
        FaultKind.MISSING,
        FaultKind.IN_OTHER_STORE,
        FaultKind.NEVER_GIVEN,
        FaultKind.CANCELLED_HERE,
        FaultKind.SHIPPED_HERE,
        FaultKind.OTHER_STATUS,
    }


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (None, "ShipStation has never asked this store for orders."),
        (NOW - 30 * HOUR, "has read changes up to 2026-03-09 06:00 UTC only."),
        (NOW - HOUR, "and the shop's list did not show this one."),
    ],
)
def test_it_is_said_why_an_order_was_never_given(until: object, words: str) -> None:
    rules = msgspec.structs.replace(RULES, asked_until=until)
    (fault,) = judge_order(build_sides(given=None, account=()), rules)
    assert fault.cause.endswith(words)


def test_the_surplus_order_is_the_one_under_the_former_number() -> None:
    (fault,) = judge_order(FAULTS["given under two numbers"][0], RULES)
    assert fault.account_order_id == 990_001
    assert "id 990001, number OLD-1" in fault.next_step


def test_a_strangers_long_words_are_cut() -> None:
    dead = build_delivery(state="dead", last_error="x" * 100_000)
    (fault,) = judge_order(build_shipped(deliveries=(dead,)), RULES)
    assert len(fault.cause) < 500


SIDES = st.sampled_from([sides for sides, _ in FAULTS.values()] + list(FINE.values()))


@given(SIDES, SIDES, SIDES, st.integers(0, 200))
def test_any_three_sides_together_are_judged(
    shop: OrderSides, books: OrderSides, there: OrderSides, hours: int
) -> None:
    sides = OrderSides(
        number="1001",
        shop_id="55",
        shop=shop.shop,
        is_gone=shop.is_gone,
        given=books.given,
        hold=books.hold,
        deliveries=books.deliveries,
        account=there.account,
        parcels=there.parcels,
    )
    rules = msgspec.structs.replace(RULES, now=NOW + timedelta(hours=hours))
    faults = judge_order(sides, rules)
    assert faults == judge_order(sides, rules)
    assert all(fault.cause.endswith(".") and fault.next_step.endswith(".") for fault in faults)
    parcels = {FaultKind.REFUSED, FaultKind.WAITING, FaultKind.VOIDED, FaultKind.SHIPPED_THERE}
    assert len(faults) <= 1 or {fault.kind for fault in faults} <= parcels
