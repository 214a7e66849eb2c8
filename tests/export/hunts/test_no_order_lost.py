"""No order lost, whatever order things happen in; and the proof that the machine would see it if
one were.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.export.hunts.faults import FAULTS, FineShop
from tests.export.hunts.machine import ExportMachine, SqliteMachine
from tests.export.hunts.strict_machine import StrictMachine

# Plain runs find new interleavings each time; the hunt for planted faults is the same each time,
# and stops at the first.
CALM = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
HUNT = settings(
    CALM,
    max_examples=4000,
    stateful_step_count=12,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    report_multiple_bugs=False,
    print_blob=False,
)


def test_whatever_happens_shipstation_ends_with_what_the_shop_has() -> None:
    run_state_machine_as_test(ExportMachine, settings=CALM)


def test_the_same_holds_with_everything_kept_in_a_file() -> None:
    run_state_machine_as_test(SqliteMachine, settings=settings(CALM, max_examples=8))


def test_a_shop_that_dates_and_lists_changes_at_once_needs_no_lookback() -> None:
    run_state_machine_as_test(FineShop, settings=CALM)


def test_a_poller_that_must_not_hear_of_older_orders_gets_each_change_in_its_minute() -> None:
    run_state_machine_as_test(StrictMachine, settings=CALM)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_machine_finds_the_loss_when_a_rule_is_taken_out(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, plant = FAULTS[fault]
    plant(monkeypatch)
    with pytest.raises(AssertionError, match="in the shop, and at ShipStation"):
        run_state_machine_as_test(machine, settings=HUNT)
