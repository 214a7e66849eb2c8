"""Reading a shop's values: what is accepted, what it means, and what an error says."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.reading import amounts, fields, measures, moments
from connectors.reading.fields import FieldError

BERLIN = ZoneInfo("Europe/Berlin")

ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=True)
    | st.floats()
    | st.text(max_size=70),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=3,
)


def test_an_error_names_path_expectation_and_find() -> None:
    with pytest.raises(FieldError) as caught:
        amounts.read_money("abc", "line_items[2].price")
    assert str(caught.value) == "line_items[2].price: expected money, found 'abc'"
    assert (caught.value.path, caught.value.expected) == ("line_items[2].price", "money")


@given(ANY_JSON)
def test_any_value_is_read_or_refused_in_one_short_line(value: Any) -> None:
    readers = (
        fields.read_text,
        fields.read_id,
        fields.read_number,
        amounts.read_money,
        fields.read_integer,
        fields.read_quantity,
        fields.read_flag,
        fields.read_country,
        moments.read_moment,
        moments.read_optional_moment,
        lambda v, p: moments.read_moment(v, p, pattern="epoch"),
        lambda v, p: moments.read_moment(v, p, pattern="epoch_ms"),
        lambda v, p: moments.read_moment(v, p, pattern="rfc2822", zone=UTC),
        lambda v, p: moments.read_moment(v, p, pattern="%d.%m.%Y %H:%M", zone=BERLIN),
        lambda v, p: measures.read_weight(v, "kg", p),
        lambda v, p: measures.read_dimensions(v, v, v, "cm", p),
        lambda v, p: amounts.read_minor_money(v, "EUR", p),
    )
    for read in readers:
        try:
            read(value, "a.b")
        except FieldError as error:
            line = str(error)
            assert line.startswith("a.b")
            assert "\n" not in line
            assert len(line) < 140


@pytest.mark.parametrize("value", [{"name": "Ada"}, ["Ada"], None])
def test_an_error_never_quotes_a_whole_structure(value: Any) -> None:
    with pytest.raises(FieldError, match=r"found (an object|a list|nothing)$"):
        amounts.read_money(value, "total")


@pytest.mark.parametrize(
    ("value", "result"),
    [(3, 3), ("3", 3), ("3.0", 3), (Decimal("2.50"), 3), ("0.1", 1), (0, 0), ("0.0", 0)],
)
def test_a_fractional_quantity_becomes_whole_upwards(value: Any, result: int) -> None:
    assert fields.read_quantity(value, "q") == result


@pytest.mark.parametrize("value", [-1, "-0.5", "two", None, True, []])
def test_what_is_no_quantity_is_refused(value: Any) -> None:
    with pytest.raises(FieldError, match="expected a quantity"):
        fields.read_quantity(value, "q")


@pytest.mark.parametrize(
    ("value", "result"), [(12, 12), ("12", 12), ("12.0", 12), (Decimal("1E+2"), 100)]
)
def test_whole_numbers_in_every_dress(value: Any, result: int) -> None:
    assert fields.read_integer(value, "n") == result


def test_a_fraction_is_no_whole_number() -> None:
    with pytest.raises(FieldError, match=r"expected a whole number, found '12\.5'"):
        fields.read_integer("12.5", "n")


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (7, "7"),
        ("gid://7 ", "gid://7"),
        (Decimal("1E+3"), "1000"),
        (10**20, "1" + "0" * 20),
        ("007", "007"),
    ],
)
def test_ids_in_every_dress(value: Any, result: str) -> None:
    assert fields.read_id(value, "id") == result


@pytest.mark.parametrize(
    "value", ["", "  ", None, True, Decimal("1.5"), Decimal("1E+999999"), Decimal("sNaN"), 1.5, {}]
)
def test_what_is_no_id_is_refused(value: Any) -> None:
    with pytest.raises(FieldError, match="expected an id"):
        fields.read_id(value, "id")


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (True, True),
        ("yes", True),
        ("1", True),
        (1, True),
        ("No", False),
        (0, False),
        (None, False),
        ("", False),
    ],
)
def test_yes_and_no(value: Any, result: bool) -> None:  # noqa: FBT001 - a table's column
    assert fields.read_flag(value, "f") is result


class Spelling(str):
    """A text that the quick way of reading a number does not know."""

    __slots__ = ()


@given(st.text(alphabet="0123456789.-+e_ ٣²", max_size=18))
def test_the_quick_way_reads_a_number_as_the_long_way_does(text: str) -> None:
    assert _try_number(text) == _try_number(Spelling(text))


@given(st.integers(-(10**17), 10**17) | st.decimals())
def test_a_number_of_json_is_read_as_its_digits(value: int | Decimal) -> None:
    assert _try_number(value) == _try_number(Spelling(value))


def _try_number(value: Any) -> str:
    try:
        return repr(fields.read_number(value, "at"))
    except FieldError:
        return "refused"
