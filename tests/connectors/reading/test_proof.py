"""A list counts as complete on evidence of its own, whatever the shop says of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import IncompleteListingError
from connectors.reading.proof import MOST_READINGS, End, Evidence, Habits, Verdict, find_miscount

MORE, DONE = Verdict.ASK_MORE, Verdict.COMPLETE
AGAIN, WARN, NOT_SHOWN = Verdict.READ_AGAIN, Verdict.WARN, Verdict.NOT_SHOWN


def seen(*, counts_all: bool = False, turns_pages: bool = False) -> Habits:
    habits = Habits()
    habits.counts_all, habits.turns_pages = counts_all, turns_pages
    return habits


HONEST = {"counts_all": True, "turns_pages": True}


@pytest.mark.parametrize(
    ("story", "known", "pages", "verdict"),
    [
        ("a page shorter than asked proves nothing", {}, [(range(3), None)], MORE),
        ("an empty page is an end", {}, [(range(3), None), ((), None)], DONE),
        ("an empty list is one", {}, [((), None)], DONE),
        ("a count as long as its page proves nothing", {}, [(range(100), 100)], MORE),
        ("a count that was seen to be larger is believed", HONEST, [(range(3), 3)], DONE),
        ("but not behind a full page", HONEST, [(range(50), 50)], MORE),
        ("a low count is not", HONEST, [(range(3), 2)], MORE),
        ("nor zero", HONEST, [(range(3), 0)], MORE),
        (
            "a cap shows by the page behind it, and a count at its edge proves nothing",
            HONEST,
            [(range(10), 20), (range(10, 20), 20)],
            MORE,
        ),
        (
            "an empty page against a count is read again",
            HONEST,
            [(range(10), 20), ((), 20)],
            AGAIN,
        ),
        (
            "the same page for each is no end of a shop that never turned one",
            {},
            [(range(10), None), (range(10), None)],
            AGAIN,
        ),
        (
            "it is the end of one that did",
            {},
            [(range(10), None), (range(10, 15), None), (range(10, 15), None)],
            DONE,
        ),
        ("one row alone can only repeat", {}, [((1,), None), ((1,), None)], DONE),
        ("one of several is not alone", {}, [((1,), 6), ((1,), 6)], AGAIN),
    ],
)
def test_what_is_an_end(
    story: str,
    known: dict[str, bool],
    pages: list[tuple[Sequence[int], int | None]],
    verdict: Verdict,
) -> None:
    evidence = Evidence(seen(**known))
    for names, total in pages:
        evidence.add_page(names, asked=50, total=total)
    assert evidence.judge() is verdict, story


def test_a_count_too_high_is_a_warning_with_both_numbers_once_another_way_brought_nothing() -> None:
    evidence = Evidence(seen(**HONEST))
    for _ in range(2):
        evidence.add_page(range(50), asked=50, total=52)
        evidence.add_page((50,), asked=50, total=52)
        evidence.add_page((), asked=50, total=52)
        verdict = evidence.judge()
        evidence.begin_reading()
    assert verdict is WARN
    assert "52 orders" in evidence.describe()
    assert "51 were found" in evidence.describe()
    assert find_miscount(evidence.describe()) == (52, 51)
    assert find_miscount("The shop counts few orders.") is None


def test_a_reading_that_brings_new_rows_is_followed_by_another() -> None:
    evidence = Evidence(seen(**HONEST))
    for number in range(MOST_READINGS):
        evidence.add_page(range(number + 1), asked=50, total=99)
        evidence.add_page((), asked=50, total=99)
        verdict = evidence.judge()
        assert verdict is (AGAIN if number + 1 < MOST_READINGS else WARN)
        evidence.begin_reading()


def test_a_cursor_that_ends_on_full_pages_of_three_sizes_against_the_count_shows_no_end() -> None:
    evidence = Evidence(seen(**HONEST))
    for verdict in (AGAIN, AGAIN, NOT_SHOWN):
        evidence.add_page(range(50), asked=50, total=150, ends=True)
        assert evidence.judge() is verdict
        evidence.begin_reading()


def test_an_end_shown_by_a_short_page_stays_shown_while_no_new_row_comes() -> None:
    evidence = Evidence(Habits())
    evidence.add_page(range(5), asked=5, total=12)
    evidence.add_page(range(5, 9), asked=5, total=12, ends=True)
    assert evidence.judge() is AGAIN
    evidence.begin_reading()
    for begin in (0, 3):
        evidence.add_page(range(begin, begin + 3), asked=3, total=12)
    evidence.add_page(range(6, 9), asked=3, total=12, ends=True)
    assert evidence.judge() is WARN


def test_an_end_that_later_rows_disprove_is_not_shown() -> None:
    evidence = Evidence(Habits())
    evidence.add_page(range(4), asked=5, total=12, ends=True)
    for _ in range(2):
        evidence.begin_reading()
        evidence.add_page(range(5), asked=5, total=12)
        evidence.add_page(range(5, 10), asked=5, total=12, ends=True)
    assert evidence.judge() is NOT_SHOWN


def test_one_row_for_every_page_of_one_proves_nothing() -> None:
    evidence = Evidence(Habits())
    for _ in range(2):
        evidence.begin_reading()
        for _page in range(2):
            evidence.add_page([7], asked=1)
    assert evidence.judge() is NOT_SHOWN


def test_a_cursor_that_ends_without_a_count_is_believed() -> None:
    evidence = Evidence(Habits())
    evidence.add_page(range(50), asked=50, ends=True)
    assert evidence.judge() is DONE
    assert evidence.end is End.CURSOR


def test_a_shop_that_sends_one_page_for_all_is_named() -> None:
    evidence = Evidence(seen(counts_all=True))
    for _ in range(2):
        evidence.add_page(range(10), asked=50, total=150)
        evidence.add_page(range(10), asked=50, total=150)
        verdict = evidence.judge()
        sentence = str(evidence.explain())
        evidence.begin_reading()
    assert verdict is NOT_SHOWN
    assert isinstance(evidence.explain(), IncompleteListingError)
    assert "counts 150 orders" in sentence
    assert "the same 10 for every page" in sentence


def test_rows_fetched_again_on_purpose_are_no_repeated_page() -> None:
    evidence = Evidence(Habits())
    assert evidence.add_page((1, 2, 3), asked=3) == [0, 1, 2]
    assert evidence.add_page((3, 4), asked=3, overlap=1) == [1]
    evidence.add_page((4,), asked=3, overlap=1)
    assert evidence.end is End.EMPTY
    assert evidence.judge() is DONE


def test_a_promised_short_page_is_believed_once_a_page_as_long_as_asked_was_seen() -> None:
    habits = Habits()
    first = Evidence(habits)
    first.add_page(range(10), asked=50, short_is_last=True)
    assert first.judge() is MORE
    second = Evidence(habits)
    second.add_page(range(50), asked=50, short_is_last=True)
    second.add_page(range(50, 60), asked=50, short_is_last=True)
    assert second.judge() is DONE


@given(
    count=st.integers(0, 60),
    cap=st.integers(1, 20),
    asked=st.integers(1, 30),
    total=st.sampled_from(["none", "right", "page", "low", "high", "zero", "so far"]),
)
def test_a_walk_by_position_that_obeys_the_verdicts_never_calls_a_part_the_whole(
    count: int, cap: int, asked: int, total: str
) -> None:
    evidence = Evidence(Habits())
    while True:
        position = 0
        while (verdict := evidence.judge()) is MORE:
            page = range(position, min(position + min(cap, asked), count))
            words = {
                "none": None,
                "right": count,
                "page": len(page),
                "low": count // 2,
                "high": count + 1,
                "zero": 0,
                "so far": position + len(page),
            }
            evidence.add_page(page, asked=asked, total=words[total])
            position += len(page)
        if verdict is not AGAIN:
            break
        evidence.begin_reading()
    assert evidence.rows == count
    assert verdict is (WARN if total == "high" else DONE)
