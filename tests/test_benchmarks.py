"""The benchmarks' command line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from proxy.operator.status.reading import read_status
from proxy.storage.database import Database
from tests.benchmarks.__main__ import main
from tests.benchmarks.order_way import measure, run
from tests.benchmarks.status import Amounts, compare
from tests.databases import copy_migrated

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["nope"], "No benchmark called nope; there are: "),
        (["order_way"], "order_way needs CHECKOUT.\n"),
        (["notices_against"], "notices_against needs CHECKOUT.\n"),
        (["order_way", "somewhere", "nope"], "No benchmark called nope; there are: "),
    ],
)
def test_a_wrong_command_line_is_refused_before_anything_is_measured(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err[: len(complaint)]) == ("", complaint)


def test_the_way_of_an_order_is_measured_against_another_checkout() -> None:
    title, ours, theirs, ratio = run(str(ROOT), pairs=1)
    assert title.startswith("1 pairs")
    assert ours.startswith("this checkout: ")
    assert theirs.startswith(f"{ROOT}: ")
    assert ours.split("(")[1].split(")")[0] == theirs.split("(")[1].split(")")[0]
    assert float(ratio.split()[4]) == pytest.approx(1, abs=0.9)


def test_a_folder_that_is_no_checkout_is_not_measured_as_this_one(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=f"^{tmp_path}: .*expected proxy from {tmp_path}"):
        measure(tmp_path)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_status_is_measured_beside_one_of_an_empty_database(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    for name in ("empty", "full"):
        (tmp_path / name).mkdir()
    empty, full = (copy_migrated(request, kind, tmp_path / name) for name in ("empty", "full"))
    amounts = Amounts(stores=2, deliveries=400, held=8, polls=40)
    line, *pages = await compare(kind, empty, full, amounts)
    assert " ms with 2 stores, 800 deliveries, 16 held orders and 80 polls; " in line
    assert pages[0].partition(":")[0].endswith("page of stores")
    async with Database.open(full) as database:
        status = await read_status(database, ["store0", "store1"])
    for standing in status.stores:
        assert (standing.dead.count, standing.waiting.count) == (2, 6)
        assert msgspec.structs.astuple(standing.held).count(2) == 4
        assert standing.usual_interval == timedelta(minutes=15)
