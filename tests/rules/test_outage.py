from __future__ import annotations

from proxy.rules.outage import Outage


def tripped() -> Outage:
    outage = Outage()
    for delivery in range(5):
        assert outage.admit(0)
        outage.failed(delivery, 0)
    return outage


def test_one_delivery_that_keeps_failing_does_not_prove_that_the_shop_is_down() -> None:
    outage = Outage()
    for _ in range(9):
        assert outage.admit(0)
        outage.failed(1, 0)
    assert not outage.down


def test_several_deliveries_that_fail_in_a_row_do() -> None:
    outage = tripped()
    assert outage.down
    assert not outage.admit(1)
    assert outage.remaining(1) == 1


def test_an_answer_in_between_shows_that_the_shop_is_up() -> None:
    outage = Outage()
    for delivery in range(4):
        outage.failed(delivery, 0)
    outage.answered()
    outage.failed(5, 0)
    assert not outage.down


def test_after_a_rest_one_probe_may_ask_and_only_one() -> None:
    outage = tripped()
    assert outage.admit(2)
    assert not outage.admit(2)


def test_a_probe_that_fails_lengthens_the_rest_up_to_a_limit() -> None:
    outage, now, rests = tripped(), 0.0, []
    for _ in range(9):
        now += outage.remaining(now)
        assert outage.admit(now)
        outage.failed(1, now)
        rests.append(outage.remaining(now))
    assert rests == [4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_stragglers_that_fail_after_the_shop_was_found_down_do_not_lengthen_the_rest() -> None:
    outage = tripped()
    for delivery in range(5, 9):
        outage.failed(delivery, 1)
    assert outage.remaining(1) == 2


def test_a_probe_that_is_answered_ends_the_outage() -> None:
    outage = tripped()
    assert outage.admit(2)
    outage.answered()
    assert not outage.down
    assert outage.admit(2)


def test_a_probe_that_was_never_made_leaves_its_place_to_another() -> None:
    outage = tripped()
    assert outage.admit(2)
    outage.retreat()
    assert outage.admit(2)


def test_a_pause_the_shop_asked_for_is_kept_but_not_for_ever_and_is_no_outage() -> None:
    outage = Outage()
    outage.pause(0, 20)
    outage.answered()
    assert not outage.down
    assert not outage.admit(19)
    assert outage.admit(20)
    outage.pause(20, 1e9)
    assert outage.admit(320)
