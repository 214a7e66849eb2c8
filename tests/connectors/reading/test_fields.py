"""Reading a shop's values: what is accepted, what it means, and what an error says."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.orders import LengthUnit, Weight, WeightUnit
from connectors.reading import fields
from connectors.reading.fields import FieldError

BERLIN = ZoneInfo("Europe/Berlin")

ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=True) | st.floats() | st.text(max_size=70),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


def test_an_error_names_path_expectation_and_find() -> None:
    with pytest.raises(FieldError) as caught:
        fields.money("abc", "line_items[2].price")
    assert str(caught.value) == "line_items[2].price: expected money, found 'abc'"
    assert (caught.value.path, caught.value.expected) == ("line_items[2].price", "money")


@given(ANY_JSON)
def test_any_value_is_read_or_refused_in_one_short_line(value: Any) -> None:
    readers = (
        fields.text,
        fields.identifier,
        fields.number,
        fields.money,
        fields.integer,
        fields.whole_quantity,
        fields.flag,
        fields.country,
        fields.moment,
        fields.optional_moment,
        lambda v, p: fields.moment(v, p, pattern="epoch"),
        lambda v, p: fields.moment(v, p, pattern="epoch_ms"),
        lambda v, p: fields.moment(v, p, pattern="rfc2822", zone=UTC),
        lambda v, p: fields.moment(v, p, pattern="%d.%m.%Y %H:%M", zone=BERLIN),
        lambda v, p: fields.weight(v, "kg", p),
        lambda v, p: fields.dimensions(v, v, v, "cm", p),
        lambda v, p: fields.minor_money(v, "EUR", p),
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
        fields.money(value, "total")


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("12.50", "12.50"),
        (" 12.5 ", "12.5"),
        ("-3", "-3"),
        ("1e3", "1E+3"),
        (7, "7"),
        (Decimal("12.333333333"), "12.333333333"),
        (0.1, "0.1"),
        (".5", "0.5"),
    ],
)
def test_money_is_as_exact_as_it_came(value: Any, result: str) -> None:
    assert str(fields.money(value, "p")) == str(Decimal(result))


@pytest.mark.parametrize(
    "value", ["", " ", None, True, "1,234.50", "12 €", "nan", "inf", Decimal("nan"), math.inf, "1e99", "1_0", "0x1", "9" * 80]
)
def test_what_is_not_money_is_refused(value: Any) -> None:
    with pytest.raises(FieldError, match="expected money"):
        fields.money(value, "p")


def test_missing_money_may_have_a_default() -> None:
    assert fields.money(None, "p", default=Decimal(0)) == fields.money(" ", "p", default=Decimal(0)) == 0
    with pytest.raises(FieldError):
        fields.money("abc", "p", default=Decimal(0))


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=4))
def test_money_survives_as_text_and_as_number(amount: Decimal) -> None:
    assert fields.money(str(amount), "p") == fields.money(amount, "p") == amount


@pytest.mark.parametrize(("currency", "result"), [("EUR", "19.99"), ("jpy", "1999"), ("KWD", "1.999"), ("", "19.99")])
def test_minor_units_by_currency(currency: str, result: str) -> None:
    assert fields.minor_money("1999", currency, "p") == Decimal(result)


@pytest.mark.parametrize(("value", "result"), [(3, 3), ("3", 3), ("3.0", 3), (Decimal("2.50"), 3), ("0.1", 1), (0, 0), ("0.0", 0)])
def test_a_fractional_quantity_becomes_whole_upwards(value: Any, result: int) -> None:
    assert fields.whole_quantity(value, "q") == result


@pytest.mark.parametrize("value", [-1, "-0.5", "two", None, True, []])
def test_what_is_no_quantity_is_refused(value: Any) -> None:
    with pytest.raises(FieldError, match="expected a quantity"):
        fields.whole_quantity(value, "q")


@pytest.mark.parametrize(("value", "result"), [(12, 12), ("12", 12), ("12.0", 12), (Decimal("1E+2"), 100)])
def test_whole_numbers_in_every_dress(value: Any, result: int) -> None:
    assert fields.integer(value, "n") == result


def test_a_fraction_is_no_whole_number() -> None:
    with pytest.raises(FieldError, match=r"expected a whole number, found '12\.5'"):
        fields.integer("12.5", "n")


@pytest.mark.parametrize(
    ("value", "result"), [(7, "7"), ("gid://7 ", "gid://7"), (Decimal("1E+3"), "1000"), (10**20, "1" + "0" * 20), ("007", "007")]
)
def test_ids_in_every_dress(value: Any, result: str) -> None:
    assert fields.identifier(value, "id") == result


@pytest.mark.parametrize("value", ["", "  ", None, True, Decimal("1.5"), Decimal("1E+999999"), Decimal("sNaN"), 1.5, {}])
def test_what_is_no_id_is_refused(value: Any) -> None:
    with pytest.raises(FieldError, match="expected an id"):
        fields.identifier(value, "id")


@pytest.mark.parametrize(
    ("value", "result"), [(True, True), ("yes", True), ("1", True), (1, True), ("No", False), (0, False), (None, False), ("", False)]
)
def test_yes_and_no(value: Any, result: bool) -> None:  # noqa: FBT001 - a table's column
    assert fields.flag(value, "f") is result


# --- times ---


@pytest.mark.parametrize(
    ("value", "zone", "pattern", "result"),
    [
        ("2024-07-01T10:00:00Z", None, "iso", "2024-07-01T10:00:00"),
        ("2024-07-01T10:00:00", UTC, "iso", "2024-07-01T10:00:00"),
        ("2024-07-01 10:00:00", BERLIN, "iso", "2024-07-01T08:00:00"),
        ("2024-12-01 10:00:00", BERLIN, "iso", "2024-12-01T09:00:00"),
        ("2024-07-01T10:00:00+02:00", BERLIN, "iso", "2024-07-01T08:00:00"),
        ("2024-07-01T10:00:00-0500", None, "iso", "2024-07-01T15:00:00"),
        ("2024-07-01T10:00:00+02", None, "iso", "2024-07-01T08:00:00"),
        ("2024-07-01T10:00:00.123456789Z", None, "iso", "2024-07-01T10:00:00.123456"),
        ("2024-07-01T10:00:00.5+05:30", None, "iso", "2024-07-01T04:30:00.500000"),
        ("2024-07-01 10:00:00 UTC", None, "iso", "2024-07-01T10:00:00"),
        ("2024-07-01", UTC, "iso", "2024-07-01T00:00:00"),
        (1720000000, None, "epoch", "2024-07-03T09:46:40"),
        ("1720000000.25", None, "epoch", "2024-07-03T09:46:40.250000"),
        ("1720000000123", None, "epoch_ms", "2024-07-03T09:46:40.123000"),
        ("Mon, 01 Jul 2024 10:00:00 +0200", None, "rfc2822", "2024-07-01T08:00:00"),
        ("01.07.2024 10:00", BERLIN, "%d.%m.%Y %H:%M", "2024-07-01T08:00:00"),
    ],
)
def test_times_in_every_dress_are_utc(value: Any, zone: Any, pattern: str, result: str) -> None:
    assert fields.moment(value, "t", zone=zone, pattern=pattern) == datetime.fromisoformat(result).replace(tzinfo=UTC)


@pytest.mark.parametrize("value", ["2024-07-01T10:00:00", "yesterday", "2024-13-01T00:00:00Z", 5, None, "", "0001-01-01T00:00:00+10:00"])
def test_a_time_without_zone_or_sense_is_refused(value: Any) -> None:
    with pytest.raises(FieldError, match="expected a time"):
        fields.moment(value, "t")


@pytest.mark.parametrize("value", [None, "", " ", False, "0000-00-00 00:00:00", "0000-00-00T00:00:00", "0"])
def test_no_time_at_all_is_none_where_that_is_allowed(value: Any) -> None:
    assert fields.optional_moment(value, "t") is None


@given(st.datetimes(datetime(1980, 1, 1), datetime(2200, 1, 1)), st.integers(-840, 840))  # noqa: DTZ001 - hypothesis wants them naive
def test_any_time_reads_back_from_its_text(naive: datetime, minutes: int) -> None:
    stated = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert fields.moment(stated.isoformat(), "t") == stated
    assert fields.moment(int(stated.timestamp()), "t", pattern="epoch") == stated.replace(microsecond=0)
    assert fields.moment(stated.isoformat(), "t").utcoffset() == timedelta(0)


# --- weights and sizes ---


@pytest.mark.parametrize(
    ("value", "unit", "result"),
    [
        ("1.5", "kg", Weight(value=Decimal(1500), unit=WeightUnit.GRAMS)),
        (250, "g", Weight(value=Decimal(250), unit=WeightUnit.GRAMS)),
        ("2", "lbs", Weight(value=Decimal(2), unit=WeightUnit.POUNDS)),
        ("2", " OZ ", Weight(value=Decimal(2), unit=WeightUnit.OUNCES)),
        (Decimal(500), "GRAMS", Weight(value=Decimal(500), unit=WeightUnit.GRAMS)),
        ("1", "KILOGRAMS", Weight(value=Decimal(1000), unit=WeightUnit.GRAMS)),
        ("", "kg", None),
        (None, "kg", None),
        ("0", "kg", None),
    ],
)
def test_weights_in_shipstations_units(value: Any, unit: str, result: Weight | None) -> None:
    assert fields.weight(value, unit, "w") == result


@pytest.mark.parametrize(
    ("value", "unit", "complaint"), [("5", "stone", "g, kg, oz or lb, found 'stone'"), ("-1", "g", "0 or more"), ("x", "g", "a weight")]
)
def test_what_is_no_weight_is_refused(value: str, unit: str, complaint: str) -> None:
    with pytest.raises(FieldError, match=complaint):
        fields.weight(value, unit, "w")


def test_sizes_are_centimetres_or_inches() -> None:
    found = fields.dimensions("100", 200, "50.5", "mm", "d")
    assert found is not None
    assert [str(side.normalize()) for side in (found.length, found.width, found.height)] == ["1E+1", "2E+1", "5.05"]
    assert found.unit is LengthUnit.CENTIMETER
    assert fields.dimensions("1", "2", "", "cm", "d") is None
    assert fields.dimensions("1", "2", "0", "furlong", "d") is None
    with pytest.raises(FieldError, match=r"d\.width: expected a length, found 'wide'"):
        fields.dimensions("1", "wide", "3", "cm", "d")
    with pytest.raises(FieldError, match="found 'furlong'"):
        fields.dimensions("1", "2", "3", "furlong", "d")
