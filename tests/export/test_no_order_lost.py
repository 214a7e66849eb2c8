"""No order lost, whatever order things happen in; and the proof that the machine would see it if one were."""

from __future__ import annotations

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.export.machine import ExportMachine


def test_whatever_happens_shipstation_ends_with_what_the_shop_has() -> None:
    run_state_machine_as_test(ExportMachine, settings=settings(max_examples=60, stateful_step_count=30, deadline=None))
