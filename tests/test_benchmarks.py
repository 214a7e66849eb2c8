"""The benchmarks' command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.__main__ import main
from tests.benchmarks.order_way import measure, run

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
