"""What an expression looks at is known before it is run, so that a shop is asked for no less."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.language.expressions import read_expression
from connectors.language.functions import EvaluationError
from connectors.language.reads import Reads, join_reads

VAT = ("key", "vat")
EORI = ("key", "eori")


@pytest.mark.parametrize(
    ("text", "names", "whole"),
    [
        ("total", {"total"}, False),
        ("@.total", {"total"}, False),
        ("billing.email || shipping.email", {"billing", "shipping"}, False),
        ("lines[?sku == 'A'].name | [0]", {"lines"}, False),
        ("lines[].meta[].value", {"lines"}, False),
        ("words(first, last)", {"first", "last"}, False),
        ("{a: b, c: d}", {"b", "d"}, False),
        ("length(@)", set(), True),
        ("keys(@)", set(), True),
        ("*.x", set(), True),
        ("[0]", set(), True),
        ("@", set(), True),
        ("'text'", set(), False),
        ("sort_by(lines, &price)[0].name", {"lines"}, False),
        ("root().total", set(), False),
        ("@.a.b", {"a"}, False),
        ("@.a.b[?key=='vat']", {"a"}, False),
    ],
)
def test_the_names_at_the_top_are_found(text: str, names: set[str], whole: bool) -> None:  # noqa: FBT001 -- a table's column
    found = read_expression(text).reads
    assert (set(found.names), found.whole) == (names, whole)


def test_what_is_looked_up_in_the_root_is_told_apart() -> None:
    found = read_expression("join(bin, [root().warehouse, root().meta[?key=='vat'].value | [0]])")
    assert found.reads.names == {"bin"}
    assert found.reads_root.names == {"warehouse", "meta"}
    assert found.reads_root.picks == {("meta",): {VAT}}
    assert read_expression("length(root())").reads_root.whole


@pytest.mark.parametrize(
    ("text", "picks"),
    [
        ("meta[?key=='vat'].value | [0]", {VAT}),
        ("meta[?'vat'==key] | [0].value", {VAT}),
        ("meta[?key=='vat' || key=='eori'].value", {VAT, EORI}),
        ("meta[?key=='vat' && value!=''].value", {VAT}),
        ("meta[?starts_with(key, 'v')].value", None),
        ("meta[?key!='vat'].value", None),
        ("meta[0].value", None),
        ("@.meta[?key=='vat'].value", {VAT}),
        ("@.meta.lines[?key=='vat'].value", None),
        ("meta[?key=='vat'].value || meta", None),
    ],
)
def test_the_elements_that_a_list_is_asked_for_are_found(text: str, picks: Any) -> None:
    assert read_expression(text).reads.picks.get(("meta",)) == picks


@pytest.mark.parametrize(
    ("text", "picks"),
    [
        ("d.meta[?key=='vat'].value | [0]", {VAT}),
        ("root().d.meta[?key=='vat'].value | [0]", None),
        ("@.d.meta[?key=='vat'] || d.meta[?key=='eori']", {VAT, EORI}),
        ("d.meta[?key=='vat'] || d.name", {VAT}),
        ("d.meta[?key=='vat'] || d.meta", None),
        ("d.meta[?key=='vat'] || d", None),
        ("d.e.meta[?key=='vat']", None),
        ("d[0].meta[?key=='vat']", None),
    ],
)
def test_the_elements_of_a_list_inside_a_name_are_found(text: str, picks: Any) -> None:
    assert read_expression(text).reads.picks.get(("d", "meta")) == picks


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("a.b", {"b"}),
        ("a.b.c || @.a.d", {"b", "d"}),
        ("a.meta[?key=='vat'].value | [0]", {"meta"}),
        ("a.b[0].c", {"b"}),
        ("a.b[*].c", {"b"}),
        ("a.b || a", None),
        ("a.*", None),
        ("a[0].b", None),
        ("a.{x: b}", None),
        ("b.a", None),
    ],
)
def test_what_is_looked_up_inside_a_name_is_found(text: str, inner: Any) -> None:
    assert read_expression(text).reads.inner.get("a") == inner
    assert read_expression(f"root() | ({text})").reads_root.inner.get("a") == inner


def test_several_expressions_together_look_at_what_each_looks_at() -> None:
    vat, eori, whole = (
        read_expression(text).reads
        for text in ("meta[?key=='vat'].value", "meta[?key=='eori'].value", "[meta, @]")
    )
    both = frozenset({VAT, EORI})
    assert join_reads(vat, eori) == Reads(names=frozenset({"meta"}), picks={("meta",): both})
    assert join_reads(vat, whole) == Reads(names=frozenset({"meta"}), whole=True)
    assert join_reads() == Reads()
    b, c, a = (read_expression(text).reads for text in ("a.b", "a.c.d", "[a]"))
    assert join_reads(b, c).inner == {"a": {"b", "c"}}
    assert join_reads(b, c, a).inner == {}
    inside, other, opened = (
        read_expression(text).reads for text in ("d.meta[?key=='vat']", "d.name", "keys(d)")
    )
    assert join_reads(inside, other).picks == {("d", "meta"): {VAT}}
    assert join_reads(inside, opened).picks == {}


STEPS = st.sampled_from(
    (
        *("a", "b", "meta[?key=='vat'].value", "meta[?key=='eori'] | [0]", "b.c"),
        *("d.meta[?key=='vat'].value", "d.c", "d.meta", "d"),
    )
)
EXPRESSIONS = st.recursive(
    STEPS,
    lambda inner: (
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} || {pair[1]})")
        | st.tuples(inner, inner).map(lambda pair: f"[{pair[0]}, {pair[1]}]")
        | inner.map(lambda one: f"not_null({one}, b)")
        | inner.map(lambda one: f"(@ | {one})")
    ),
    max_leaves=4,
)
VALUES = st.none() | st.integers(0, 3) | st.fixed_dictionaries({"c": st.integers(0, 3)})
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {"key": st.sampled_from(("vat", "eori", "other")), "value": st.integers(0, 3)}
    ),
    max_size=4,
)


D = st.fixed_dictionaries({"c": st.integers(0, 3), "meta": ENTRIES})


@given(
    text=EXPRESSIONS,
    value=st.fixed_dictionaries({"a": VALUES, "b": VALUES, "d": D, "meta": ENTRIES}),
)
def test_nothing_that_is_left_out_changes_what_is_found(text: str, value: dict[str, Any]) -> None:
    expression = read_expression(text)
    reads = expression.reads
    less = {name: part for name, part in value.items() if reads.whole or name in reads.names}
    for name, inner in {} if reads.whole else reads.inner.items():
        if isinstance(part := less.get(name), dict):
            less[name] = {key: found for key, found in part.items() if key in inner}
    for path, picks in {} if reads.whole else reads.picks.items():
        holder, keys = (less if len(path) == 1 else less[path[0]]), {key for _, key in picks}
        holder[path[-1]] = [entry for entry in holder[path[-1]] if entry["key"] in keys]
    try:
        wanted = expression(value)
    except EvaluationError:
        return
    assert expression(less) == wanted
