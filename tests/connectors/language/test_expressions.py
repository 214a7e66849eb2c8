"""Expressions mean what JMESPath means, exactly, and say where they go wrong."""

from decimal import Decimal
from typing import Any

import jmespath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jmespath.exceptions import JMESPathError

from connectors.language.expressions import read_expression
from connectors.language.functions import EvaluationError

NAMES = st.sampled_from(["a", "b", "c", "items"])
LEAVES = st.one_of(
    NAMES,
    st.sampled_from(
        ["@", "`1`", "`true`", "`null`", "'x'", "`[1, 2]`", '`{"a": 1}`', "items[0]", "items[-1]"]
    ),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from(["", "x", "y"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=12,
)


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(NAMES, NAMES).map(".".join),
        pair.map(lambda both: f"({both[0]}) | ({both[1]})"),
        pair.map(lambda both: f"({both[0]}) || ({both[1]})"),
        pair.map(lambda both: f"({both[0]}) && ({both[1]})"),
        st.tuples(inner, st.sampled_from(["==", "!=", "<", ">=", ">", "<="]), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        ),
        inner.map(lambda part: f"!({part})"),
        pair.map(lambda both: f"({both[0]})[?{both[1]}]"),
        pair.map(lambda both: f"[{both[0]}, {both[1]}]"),
        pair.map(lambda both: f"{{p: {both[0]}, q: {both[1]}}}"),
        inner.map(lambda part: f"({part})[*].a"),
        inner.map(lambda part: f"({part}).*"),
        inner.map(lambda part: f"({part})[]"),
        inner.map(lambda part: f"({part})[::-1]"),
        inner.map(lambda part: f"({part})[:2].b"),
        inner.map(lambda part: f"type({part})"),
        inner.map(lambda part: f"to_array({part})"),
        inner.map(lambda part: f"not_null({part}, a)"),
        inner.map(lambda part: f"length(to_array({part}))"),
        inner.map(lambda part: f"map(&{part}, to_array(items))"),
    )


@settings(max_examples=400)
@given(st.recursive(LEAVES, grown, max_leaves=6), VALUES)
def test_an_expression_means_what_the_reference_says(text: str, value: Any) -> None:
    try:
        wanted = jmespath.search(text, value)
    except JMESPathError:
        return
    except TypeError:
        # The reference falls over the order of a text and a number; ours may not.
        read_expression(text)(value)
        return
    try:
        expression = read_expression(text)
    except ValueError as error:
        # The parts of a true or false, which the reference finds to be nothing.
        assert "write !(" in str(error)  # noqa: PT017 -- most examples are not refused
        return
    assert repr(expression(value)) == repr(wanted)


def test_numbers_are_exact() -> None:
    assert read_expression("`0.1`")({}) == Decimal("0.1")
    assert read_expression("sum(prices)")({"prices": [Decimal("0.1"), Decimal("0.2")]}) == Decimal(
        "0.3"
    )
    assert (
        read_expression("lines[?price > `0.3`] | length(@)")(
            {"lines": [{"price": Decimal("0.30")}, {"price": Decimal("0.31")}]}
        )
        == 1
    )


@pytest.mark.parametrize(
    ("text", "roots"),
    [
        ("a.b.c", {"a"}),
        ("a[?b == c].d || e", {"a", "e"}),
        ("length(lines) > `0` && !done", {"lines", "done"}),
        ("root().order.id", set()),
        ("[a, b][0] | c", {"a", "b"}),
        ("sort_by(a, &b)", {"a"}),
        ("{x: a.b, y: c[1:2]}", {"a", "c"}),
        ("@", set()),
    ],
)
def test_knows_the_names_it_begins_with(text: str, roots: set[str]) -> None:
    assert read_expression(text).reads.names == roots


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a.b[", "in the expression 'a.b[': it ends too early"),
        (
            "price*2",
            (
                "not understood at character 6, at '*2'; arithmetic is done by add(), subtract(),"
                " multiply() and divide()"
            ),
        ),
        (
            "a-b",
            (
                "not understood at character 2, at '-b'; a name with a hyphen stands in double"
                ' quotes, as in "a-b"'
            ),
        ),
        (
            "$.a",
            (
                "not understood at character 1, at '$.a'; a JMESPath has no $, it begins at the top"
                " by itself"
            ),
        ),
        ("a=b", "equality is written =="),
        (
            "!a.b",
            (
                "`!` takes only the name right behind it here; write !(…) around all that it is to"
                " turn"
            ),
        ),
        ("!lines[?open]", "write !(…)"),
        ("length(lines[?!line.stocks]) > `0`", "write !(…)"),
        ("'a", "not understood at character 1, at \"'a\"; the ' that ends it is missing"),
        ("a b", "expected a comma, a dot or an operator before character 3, at 'b'"),
        ("words(a b)", "expected a comma, a dot or an operator before character 9, at 'b)'"),
        ("uper(a)", "there is no function uper(); did you mean upper()?"),
        ("upper()", "upper(text): expected 1 argument, found none"),
        ("upper(a, b)", "upper(text): expected 1 argument, found 2"),
        ("split(a)", "split(text, string): expected 2 arguments, found 1"),
        ("date()", "date(any, [string], [string]): expected 1 to 3 arguments, found none"),
        ("map(a, b)", "map(each, list): expected an &expression as argument 1"),
        ("upper(&a)", "upper(text): expected a value, not an &expression, as argument 1"),
        ("date(a, '%Q')", "argument 2: the form '%Q' has %Q, which is not known"),
        (
            "date(a, 'iso', 'Mars')",
            "argument 3: expected a time zone such as Europe/Berlin, found 'Mars'",
        ),
        ("extract(a, '(')", "argument 2: expected ')' for this group, found the end"),
        ("round(a, 'x')", "argument 2: expected a number, found the text 'x'"),
        ("a[::0]", "expected a step other than 0 in the slice"),
        ("(" * 50 + "a" + ")" * 50, "expected brackets at most 40 deep"),
        ("a" + "|[0]" * 400, "expected an expression that is nested less deeply"),
        ("a" * 2001, "expected an expression of at most 2000 characters, found 2001"),
        ("`NaN`", "expected JSON between back quotes; a text is written in single quotes"),
        ("`abc`", "expected JSON between back quotes; a text is written in single quotes"),
        (" ", "expected an expression such as `order.id`, found an empty text"),
    ],
)
def test_a_typo_is_named_with_its_place(text: str, says: str) -> None:
    with pytest.raises(ValueError) as fault:  # noqa: PT011 -- the words are compared whole
        read_expression(text)
    assert says in str(fault.value)
    assert "\n" not in str(fault.value)


@given(
    st.one_of(st.text(max_size=60), st.text(alphabet="ab.[]|&!@{}()*?:,'`\"0 =<>-", max_size=40))
)
def test_any_text_is_an_expression_or_a_sentence(text: str) -> None:
    said = ""
    try:
        expression = read_expression(text)
        expression({"a": [1, {"b": "c"}]})
    except EvaluationError as error:
        said = str(error) or "nothing"
    except ValueError as error:
        said = str(error) or "nothing"
    assert said != "nothing"
    assert "\n" not in said.replace(repr(text), "")


def test_an_expression_is_shown_in_one_line() -> None:
    assert read_expression("split(a, '\n')[0]").one_line == "split(a, '\\n')[0]"
