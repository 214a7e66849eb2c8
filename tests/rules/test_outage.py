from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
)

from proxy.rules.outage import Outage, Permit


def fail(outage: Outage, delivery: int, now: float) -> None:
    """An attempt that was permitted and failed."""
    with outage.permit(now) as permit:
        assert permit.granted
        outage.record_failure(delivery, now, permit)


def answer(outage: Outage, now: float) -> None:
    """An attempt that was permitted and answered."""
    with outage.permit(now) as permit:
        assert permit.granted
        outage.record_answer()


def may_ask(outage: Outage, now: float) -> bool:
    """Whether a permit is granted; it is given back at once."""
    with outage.permit(now) as permit:
        return permit.granted


def tripped() -> Outage:
    outage = Outage()
    for delivery in range(5):
        fail(outage, delivery, 0)
    return outage


def test_one_delivery_that_keeps_failing_does_not_prove_that_the_shop_is_down() -> None:
    outage = Outage()
    for _ in range(9):
        fail(outage, 1, 0)
    assert not outage.down


def test_several_deliveries_that_fail_in_a_row_do() -> None:
    outage = tripped()
    assert outage.down
    assert not may_ask(outage, 1)
    assert outage.remaining(1) == 1


def test_an_answer_in_between_shows_that_the_shop_is_up() -> None:
    outage = Outage()
    for delivery in range(4):
        fail(outage, delivery, 0)
    answer(outage, 0)
    fail(outage, 5, 0)
    assert not outage.down


def test_while_the_shop_is_up_any_number_may_ask() -> None:
    outage = Outage()
    permits = [outage.permit(0) for _ in range(9)]
    assert [(permit.granted, permit.is_probe) for permit in permits] == [(True, False)] * 9


def test_after_a_rest_one_probe_may_ask_and_only_one() -> None:
    outage = tripped()
    with outage.permit(2) as permit:
        assert (permit.granted, permit.is_probe) == (True, True)
        assert not may_ask(outage, 2)


def test_a_probe_that_fails_lengthens_the_rest_up_to_a_limit() -> None:
    outage, now, rests = tripped(), 0.0, []
    for _ in range(9):
        now += outage.remaining(now)
        fail(outage, 1, now)
        rests.append(outage.remaining(now))
    assert rests == [4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_stragglers_that_fail_after_the_shop_was_found_down_do_not_lengthen_the_rest() -> None:
    outage = Outage()
    stragglers = [outage.permit(0) for _ in range(4)]
    for delivery in range(5):
        fail(outage, delivery, 0)
    for delivery, permit in enumerate(stragglers, start=5):
        with permit:
            outage.record_failure(delivery, 1, permit)
    assert outage.remaining(1) == 2


def test_a_straggler_that_ends_does_not_make_room_for_a_second_probe() -> None:
    outage = Outage()
    straggler = outage.permit(0)
    for delivery in range(5):
        fail(outage, delivery, 0)
    with outage.permit(2) as probe:
        assert probe.is_probe
        with straggler:
            outage.pause(2, 0)
        assert not may_ask(outage, 2)


def test_a_straggler_that_fails_beside_the_probe_does_not_lengthen_the_rest() -> None:
    outage = Outage()
    straggler = outage.permit(0)
    for delivery in range(5):
        fail(outage, delivery, 0)
    with outage.permit(2), straggler:
        outage.record_failure(5, 2, straggler)
    assert outage.remaining(2) == 2


def test_a_probe_of_an_outage_that_has_ended_is_none_of_the_next_outage() -> None:
    outage = Outage()
    straggler = outage.permit(0)
    for delivery in range(5):
        fail(outage, delivery, 0)
    with outage.permit(2) as old_probe:
        with straggler:
            outage.record_answer()
        for delivery in range(5):
            fail(outage, delivery, 3)
        outage.record_failure(9, 3, old_probe)
        assert outage.remaining(3) == 2
        assert may_ask(outage, 5)


def test_a_probe_that_is_answered_ends_the_outage() -> None:
    outage = tripped()
    answer(outage, 2)
    assert not outage.down
    assert may_ask(outage, 2)


def test_a_probe_that_was_never_made_leaves_its_place_to_another() -> None:
    outage = tripped()
    with outage.permit(2) as permit:
        assert permit.granted
    assert may_ask(outage, 2)


def test_a_probe_whose_block_ends_in_an_error_leaves_its_place_to_another() -> None:
    outage = tripped()
    with pytest.raises(OSError, match="disk"), outage.permit(2):
        raise OSError("disk")
    assert may_ask(outage, 2)


def test_a_probe_that_was_passed_on_keeps_its_place_until_its_own_block_ends() -> None:
    outage = tripped()
    with outage.permit(2) as permit:
        passed_on = permit.pass_on()
    assert not may_ask(outage, 2)
    with passed_on:
        assert passed_on.is_probe
    assert may_ask(outage, 2)


def test_of_two_deliveries_under_one_permit_only_the_first_is_the_probe() -> None:
    outage = tripped()
    with outage.permit(2) as permit:
        passed_on = [permit.pass_on(), permit.pass_on()]
        assert [heir.is_probe for heir in passed_on] == [True, False]
    with passed_on[1]:
        pass
    assert not may_ask(outage, 2)


def test_a_pause_the_shop_asked_for_is_kept_but_not_for_ever_and_is_no_outage() -> None:
    outage = Outage()
    outage.pause(0, 20)
    outage.record_answer()
    assert not outage.down
    assert not may_ask(outage, 19)
    assert may_ask(outage, 20)
    outage.pause(20, 1e9)
    assert may_ask(outage, 320)


class Outages(RuleBasedStateMachine):
    """Attempts that begin, are passed on and end in any order and at any time.

    Times are whole seconds, so that sums and differences are exact.
    """

    permits: Bundle[Permit] = Bundle("permits")

    def __init__(self) -> None:
        super().__init__()
        self.outage = Outage()
        self.now = 0.0
        self.out: list[Permit] = []

    @rule(seconds=st.integers(0, 400))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule(target=permits)
    def take(self) -> Permit:
        free, down = self.outage.remaining(self.now) == 0, self.outage.down
        probing = any(permit.is_probe for permit in self.out)
        permit = self.outage.permit(self.now)
        assert permit.granted == (free and not (down and probing))
        assert permit.is_probe == (permit.granted and down)
        self.out.append(permit)
        return permit

    @rule(target=permits, permit=consumes(permits))
    def pass_on(self, permit: Permit) -> Permit:
        was_probe = permit.is_probe
        with permit:
            heir = permit.pass_on()
        assert heir.is_probe == was_probe
        self._end(permit)
        self.out.append(heir)
        return heir

    @rule(permit=consumes(permits), delivery=st.integers(0, 9))
    def fail(self, permit: Permit, delivery: int) -> None:
        with permit:
            if permit.granted:
                self.outage.record_failure(delivery, self.now, permit)
        self._end(permit)

    @rule(permit=consumes(permits))
    def answer(self, permit: Permit) -> None:
        with permit:
            if permit.granted:
                self.outage.record_answer()
                assert not self.outage.down
        self._end(permit)

    @rule(permit=consumes(permits), seconds=st.integers(0, 1_000_000))
    def pause(self, permit: Permit, seconds: int) -> None:
        with permit:
            if permit.granted:
                self.outage.pause(self.now, seconds)
        self._end(permit)

    @rule(permit=consumes(permits))
    def give_back(self, permit: Permit) -> None:
        with permit:
            pass
        self._end(permit)

    def _end(self, permit: Permit) -> None:
        assert not permit.is_probe
        self.out.remove(permit)

    @invariant()
    def at_most_one_probe_is_out(self) -> None:
        assert sum(permit.is_probe for permit in self.out) <= 1

    @invariant()
    def no_rest_is_for_ever(self) -> None:
        assert 0 <= self.outage.remaining(self.now) <= 300

    def teardown(self) -> None:
        """Once all have ended and time has passed, the shop is asked again."""
        for permit in list(self.out):
            with permit:
                pass
        assert may_ask(self.outage, self.now + 300)


test_whatever_happens_at_most_one_probe_is_out_and_none_is_lost = Outages.TestCase
