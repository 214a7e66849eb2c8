"""Reasons of one kind are counted together, whatever stands in the single orders."""

from __future__ import annotations

import pytest

from proxy.rules.reasons import count_reasons, group_reason


@pytest.mark.parametrize(
    ("reason", "group"),
    [
        (
            "the buyer collects this order (to export such orders: filters.include: [pickup])",
            "the buyer collects this order",
        ),
        (
            "line_items[2].total: expected money, found 'abc'",
            "line_items[…].total: expected money",
        ),
        ("items: packed with 1001", "items: packed with …"),
        (
            "placed 91 days ago, longer than filters.max_age (90d)",
            "placed … days ago, longer than filters.max_age",
        ),
        ("tags: expected one of b2b, found none", "tags: expected one of b2b"),
        ("", ""),
        ("x" * 100_000, "x" * 200),
    ],
)
def test_what_is_told_of_one_order_alone_is_left_out(reason: str, group: str) -> None:
    assert group_reason(reason) == group


def test_the_most_frequent_reason_comes_first() -> None:
    assert count_reasons(["tags: a", "items: packed with 7", "items: packed with 8"]) == [
        ("items: packed with …", 2),
        ("tags: a", 1),
    ]
