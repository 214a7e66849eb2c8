"""A shortcut finds what the expression means, whatever the value."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.language.expressions import read_expression
from connectors.language.functions import Run

SHORT = (
    "a",
    "a.b",
    "m[?key=='x'].value | [0]",
    "a.m[?key=='x'].value.b | [0]",
    "m[0].value",
    "m[-1]",
    "a.m[0].value.b",
    "a || b",
    "(m[?key=='x'].value | [0]) || a.b",
    "a == 'x'",
    "(m[?key=='x'].value | [0]) != 'x'",
    "m[?key=='x'].value | [0] == 'x'",
    "m[?key=='x'].value | [0] != 'x'",
    "[a]",
    "[b, m[?key=='x'].value | [0]]",
    "a >= `1`",
    "to_number(a) < `2`",
    "to_number(m[?key=='x'].value | [0])",
)
LONG = (
    "m[?key=='x'] | [0]",
    "m[?key=='x'].value | [0] || a.b",
    "m[?key!='x'].value | [0]",
    "m[?key=='x'].value | [1]",
    "root().a",
    "@",
    "a == b",
    "[a, @]",
    "a > b",
    "a > `1.5`",
    "to_string(a)",
    "a && b",
)
WORDS = st.none() | st.booleans() | st.sampled_from(("x", "y", "", "1", "1.50")) | st.integers(0, 2)
ELEMENTS = WORDS | st.fixed_dictionaries(
    {"key": WORDS}, optional={"value": WORDS | st.fixed_dictionaries({"b": WORDS})}
)
LISTS = WORDS | st.lists(ELEMENTS, max_size=4)
PARTS = st.fixed_dictionaries({}, optional={"b": WORDS, "m": LISTS})
VALUES = WORDS | st.fixed_dictionaries({}, optional={"a": WORDS | PARTS, "b": WORDS, "m": LISTS})


@pytest.mark.parametrize("text", SHORT)
@given(value=VALUES)
def test_a_shortcut_finds_what_the_expression_means(text: str, value: Any) -> None:
    expression = read_expression(text)
    assert expression.shortcut is not None
    found, meant = expression(value), expression.evaluate(value, Run(value))
    assert (found, type(found)) == (meant, type(meant))


@pytest.mark.parametrize("text", LONG)
def test_other_expressions_have_none(text: str) -> None:
    assert read_expression(text).shortcut is None


@pytest.mark.parametrize("text", ["root().a", "root().a.b"])
@given(value=VALUES)
def test_a_shortcut_from_the_root_finds_what_the_expression_means(text: str, value: Any) -> None:
    expression = read_expression(text)
    assert expression.root_shortcut is not None
    assert expression.root_shortcut(value) == expression.evaluate(None, Run(value))
