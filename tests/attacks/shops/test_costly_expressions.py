"""No expression of the settings works without end on an order that a shop or a buyer made large."""

from __future__ import annotations

import pytest

from connectors.language.expressions import read_expression
from connectors.language.functions import EvaluationError

# What each element of `lines` goes through again costs more than one evaluation may.
LARGE = {
    "lines": [{"k": "ab", "n": 1} for _ in range(1_500)],
    "text": "a" * 900_000,
    "same": "a" * 900_000,
    "blank": " " * 900_000,
    "numbers": [1] * 3_000,
    "texts": ["a"] * 3_000,
    "names": {f"n{each}": each for each in range(3_000)},
}


@pytest.mark.parametrize(
    "text",
    [
        "lines[?contains(root().text, k)]",
        "lines[?contains(root().texts, k)]",
        "lines[*].lower(root().text)",
        "lines[*].strip_html(root().text)",
        "lines[*].first(root().blank, k)",
        "lines[*].replace(root().text, k, '')",
        "lines[*].join('', [root().text, k])",
        "lines[*].join('', root().texts)",
        "lines[*].words(root().texts)",
        "lines[*].join_text(k, root().texts)",
        "lines[*].sum(root().numbers)",
        "lines[*].max(root().texts)",
        "lines[*].keys(root().names)",
        "lines[*].merge(root().names, @)",
        "lines[?root().text == root().same]",
        "lines[?root().text < root().same]",
    ],
)
def test_what_looks_through_a_large_value_for_each_line_gives_up(text: str) -> None:
    with pytest.raises(EvaluationError, match=r"too much work|too large"):
        read_expression(text)(LARGE)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("length(lower(root().text))", 900_000),
        ("contains(text, 'b')", False),
        ("sum(numbers)", 3_000),
        ("length(lines[?contains('ab', k)])", 1_500),
        ("text == same", True),
    ],
)
def test_a_large_value_is_looked_through_once(text: str, found: object) -> None:
    assert read_expression(text)(LARGE) == found
