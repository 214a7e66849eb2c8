"""One run of the machine on one kind of shop."""

from __future__ import annotations

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.world.notices.machine import NoticeMachine, World


def play(kind: str, how: settings) -> None:
    """Raises AssertionError with the smallest example of a fault."""
    world = World(kind)
    machine = type(f"NoticesTo{kind.title().replace('-', '')}", (NoticeMachine,), {"world": world})
    try:
        run_state_machine_as_test(machine, settings=how)
    finally:
        world.close()
