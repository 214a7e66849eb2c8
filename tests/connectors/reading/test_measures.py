"""Weights and sizes as shops write them, read in our units or refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.orders import LengthUnit, Weight, WeightUnit
from connectors.reading import measures
from connectors.reading.fields import FieldError


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
def test_weights_are_grams_ounces_or_pounds(value: Any, unit: str, result: Weight | None) -> None:
    assert measures.read_weight(value, unit, "w") == result


@pytest.mark.parametrize(
    ("value", "unit", "complaint"),
    [
        ("5", "stone", "g, kg, oz or lb, found 'stone'"),
        ("-1", "g", "0 or more"),
        ("x", "g", "a weight"),
    ],
)
def test_what_is_no_weight_is_refused(value: str, unit: str, complaint: str) -> None:
    with pytest.raises(FieldError, match=complaint):
        measures.read_weight(value, unit, "w")


def test_sizes_are_centimetres_or_inches() -> None:
    found = measures.read_dimensions("100", 200, "50.5", "mm", "d")
    assert found is not None
    assert [str(side.normalize()) for side in (found.length, found.width, found.height)] == [
        "1E+1",
        "2E+1",
        "5.05",
    ]
    assert found.unit is LengthUnit.CENTIMETER
    assert measures.read_dimensions("1", "2", "", "cm", "d") is None
    assert measures.read_dimensions("1", "2", "0", "furlong", "d") is None
    with pytest.raises(FieldError, match=r"d\.width: expected a length, found 'wide'"):
        measures.read_dimensions("1", "wide", "3", "cm", "d")
    with pytest.raises(FieldError, match="found 'furlong'"):
        measures.read_dimensions("1", "2", "3", "furlong", "d")


@pytest.mark.parametrize(
    ("unit", "grams"),
    [("kg", "1000"), ("g", "1"), ("mg", "0.001"), ("t", "1E+6"), ("lbs", "453.59237")],
)
def test_every_weight_can_be_had_in_grams(unit: str, grams: str) -> None:
    known = measures.find_weight_unit(unit)
    assert known is not None
    found = measures.convert_to_grams(Weight(value=known[0], unit=known[1]))
    assert found == Weight(value=Decimal(grams), unit=WeightUnit.GRAMS)


@pytest.mark.parametrize("name", ["stone", "", "k g"])
def test_a_unit_that_is_not_known_is_none(name: str) -> None:
    assert measures.find_weight_unit(name) is None
    assert measures.find_length_unit(name) is None
