"""Who writes an expression is told which names the shop's JSON does not have, and no others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.language.missing_names import MissingName, find_missing_names
from tests.connectors.language.values import BIG, VALUES

ORDER = {
    "carrier": "UPS",
    "complete": True,
    "buyer": {"mail": "m", "name": "n"},
    "lines": [{"sku": "a", "extra": {"bin": 1}}, {"sku": "b"}],
    "empty": None,
}
TOP = tuple(ORDER)
BUYER, LINE = ("mail", "name"), ("sku", "extra")


def miss(name: str, *known: str, path: tuple[str, ...] = ()) -> MissingName:
    return MissingName(name=name, path=path, known=known)


@pytest.mark.parametrize(
    ("text", "missed"),
    [
        ("warehouse", [miss("warehouse", *TOP)]),
        ("buyer.mial", [miss("mial", *BUYER, path=("buyer",))]),
        ("lines[0].title", [miss("title", *LINE, path=("lines",))]),
        ("lines[].extra.box", [miss("box", "bin", path=("lines", "extra"))]),
        ("lines[?pieces > `1`].sku", [miss("pieces", *LINE, path=("lines",))]),
        ("sort_by(lines, &title)", [miss("title", *LINE, path=("lines",))]),
        ("join('-', [warehouse, carrier])", [miss("warehouse", *TOP)]),
        ("{a: depot, b: buyer.mail}", [miss("depot", *TOP)]),
        ("root().depot", [miss("depot", *TOP)]),
        ("depot.place", [miss("depot", *TOP)]),
        ("depot || depot", [miss("depot", *TOP)]),
        ("lines.sku", [MissingName(name="sku", path=("lines",), found="list")]),
        ("carrier.name", [MissingName(name="name", path=("carrier",), found="value")]),
        ("depot || carrier", []),
        ("empty.name", []),
        ("lines[?sku == 'z'].sku | [0]", []),
        ("@.buyer.*", []),
        ("'depot'", []),
    ],
)
def test_a_name_that_finds_nothing_is_told_with_those_that_are_there(
    text: str, missed: list[MissingName]
) -> None:
    assert list(find_missing_names(text, ORDER)) == missed


@given(value=st.dictionaries(st.sampled_from("abc"), VALUES, min_size=1))
@settings(max_examples=40)
def test_what_is_told_to_be_missing_is_missing_in_whatever_a_shop_sends(value: Any) -> None:
    for text in ("a.b", "a[].b", "*.c", "[a, b.c]", "a[?b].c", "map(&b, to_array(a))", "a || b"):
        for missing in find_missing_names(text, value):
            assert missing.name not in missing.known
            assert missing.path or missing.name not in value


def test_no_value_is_too_large_or_too_deep_to_be_looked_at() -> None:
    deep: Any = {}
    for _ in range(5_000):
        deep = {"a": [deep]}
    wide = {"a": [{"b": BIG, str(number): number} for number in range(20_000)]}
    for value in (deep, wide):
        for text in ("a[].c", "sort_by(a, &c)", "a[?c == `1`][]", "a.*.c"):
            find_missing_names(text, value)


def test_what_is_no_expression_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="not understood at character 3"):
        find_missing_names("a.", {})
