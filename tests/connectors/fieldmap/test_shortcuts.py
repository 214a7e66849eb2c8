"""The shortest way to a field's text finds what the long way finds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.fieldmap.rules import FieldRule
from connectors.fieldmap.scope import Scope
from connectors.fieldmap.shortcuts import fit_text
from connectors.language.expressions import read_expression
from connectors.reading.fields import FieldError, read_text

SOURCES = st.lists(
    st.sampled_from(("a", "b", "a || b", "join_text('-', a, b)", "upper(a)", "[a]", "root().a")),
    max_size=3,
)
TEXTS = st.sampled_from(
    ("", " ", "x", " x  y ", "x\ny", "x\r\n\r\n\r\ny", "<b>x</b>", "<b></b>", "&amp;", "X", "\xa0x")
)
VALUES = st.none() | st.booleans() | st.integers(0, 3) | TEXTS | st.lists(TEXTS, max_size=2)
CONSTANTS = st.none() | st.booleans() | st.integers(0, 3) | TEXTS


def read(rule: FieldRule, value: Any, *, keep_lines: bool, is_traced: bool) -> str | None:
    """The text; None where it cannot be read. A trace takes the long way."""
    scope = Scope(value, {"a": "root"}, trace=[] if is_traced else None)
    try:
        return scope.read_text("field", rule, keep_lines=keep_lines)
    except FieldError:
        return None


@example(
    sources=["a", "b"], table={}, default=None, value={"a": "<b></b>", "b": "x"}, keep_lines=False
)
@example(sources=["a"], table={}, default="x", value={"a": " "}, keep_lines=False)
@example(sources=["a"], table={"x": ""}, default="y", value={"a": "x"}, keep_lines=False)
@example(sources=["root().a"], table={}, default=None, value={"a": "x"}, keep_lines=False)
@given(
    sources=SOURCES,
    table=st.dictionaries(TEXTS, CONSTANTS.filter(lambda each: each is not None), max_size=2),
    default=CONSTANTS,
    value=st.fixed_dictionaries({"a": VALUES, "b": VALUES}),
    keep_lines=st.booleans(),
)
def test_both_ways_find_the_same(
    sources: list[str],
    table: dict[str, Any],
    default: Any,
    value: Any,
    keep_lines: bool,  # noqa: FBT001 - an example
) -> None:
    rule = FieldRule(
        sources=tuple(map(read_expression, sources)), value=None, table=table, default=default
    )
    short = read(rule, value, keep_lines=keep_lines, is_traced=False)
    assert short == read(rule, value, keep_lines=keep_lines, is_traced=True)


@pytest.mark.parametrize("keep_lines", [True, False])
@pytest.mark.parametrize(
    "text", ["", " x  y ", "x\ny ", "x\r\n\r\n\r\ny", "<b>x</b>", "&amp;", "x" * 20_001]
)
def test_a_text_is_cleaned_as_everywhere(text: str, keep_lines: bool) -> None:  # noqa: FBT001 - a parameter
    assert fit_text(text, keep_lines) == read_text(text, "field", keep_lines=keep_lines)
