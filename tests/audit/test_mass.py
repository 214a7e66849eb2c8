"""Sixty orders with every kind of fault among them; `python -m tests.benchmarks audit` takes
more.
"""

from __future__ import annotations

from pathlib import Path

from tests.audit.mass import play


async def test_every_seeded_fault_is_named_and_nothing_else(tmp_path: Path) -> None:
    outcome = await play(60, tmp_path)
    assert outcome.found == {number: [kind] for number, kind in outcome.seeded.items()}
    assert outcome.requests <= 6
    assert outcome.report.unasked == 0
    assert all(fault.cause and fault.next_step for fault in outcome.report.findings)
