"""Read weights and sizes out of a shop's decoded JSON, in whatever unit it measures.

The tables here hold every unit that Portside knows, with all its spellings. No I/O.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.orders import Dimensions, LengthUnit, Weight, WeightUnit
from connectors.reading.fields import FieldError, read_number

_WEIGHTS: dict[str, tuple[Decimal, WeightUnit]] = {
    **dict.fromkeys(
        ("g", "gr", "gram", "grams", "gramme", "grammes"), (Decimal(1), WeightUnit.GRAMS)
    ),
    **dict.fromkeys(
        ("kg", "kgs", "kilo", "kilos", "kilogram", "kilograms"), (Decimal(1000), WeightUnit.GRAMS)
    ),
    **dict.fromkeys(("mg", "milligram", "milligrams"), (Decimal("0.001"), WeightUnit.GRAMS)),
    **dict.fromkeys(("t", "tonne", "tonnes"), (Decimal(1_000_000), WeightUnit.GRAMS)),
    **dict.fromkeys(("oz", "ounce", "ounces"), (Decimal(1), WeightUnit.OUNCES)),
    **dict.fromkeys(("lb", "lbs", "pound", "pounds"), (Decimal(1), WeightUnit.POUNDS)),
}
_LENGTHS: dict[str, tuple[Decimal, LengthUnit]] = {
    **dict.fromkeys(
        ("cm", "centimeter", "centimeters", "centimetre", "centimetres"),
        (Decimal(1), LengthUnit.CENTIMETER),
    ),
    **dict.fromkeys(
        ("mm", "millimeter", "millimeters", "millimetre", "millimetres"),
        (Decimal("0.1"), LengthUnit.CENTIMETER),
    ),
    **dict.fromkeys(
        ("m", "meter", "meters", "metre", "metres"), (Decimal(100), LengthUnit.CENTIMETER)
    ),
    **dict.fromkeys(("in", "inch", "inches"), (Decimal(1), LengthUnit.INCH)),
    **dict.fromkeys(("ft", "foot", "feet"), (Decimal(12), LengthUnit.INCH)),
    **dict.fromkeys(("yd", "yard", "yards"), (Decimal(36), LengthUnit.INCH)),
}
# Exact by international agreement.
_GRAMS = {
    WeightUnit.GRAMS: Decimal(1),
    WeightUnit.OUNCES: Decimal("28.349523125"),
    WeightUnit.POUNDS: Decimal("453.59237"),
}


def find_weight_unit(name: str) -> tuple[Decimal, WeightUnit] | None:
    """A unit of weight by any of its spellings: how many of which of our units it is.

    `kg` is 1000 grams. None for a word that is not known.
    """
    return _WEIGHTS.get(name.strip().lower())


def find_length_unit(name: str) -> tuple[Decimal, LengthUnit] | None:
    """A unit of length by any of its spellings: how many of which of our units it is.

    `m` is 100 centimeters. None for a word that is not known.
    """
    return _LENGTHS.get(name.strip().lower())


def convert_to_grams(weight: Weight) -> Weight:
    """The same weight in grams, exactly."""
    return Weight(value=weight.value * _GRAMS[weight.unit], unit=WeightUnit.GRAMS)


def read_weight(value: Any, unit: str, path: str) -> Weight | None:
    """The weight of one piece; kilograms become grams.

    None for null, empty text and zero: the shop does not know it.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    found = read_number(value, path, expected="a weight")
    if (known := find_weight_unit(unit)) is None:
        raise FieldError(path, "a weight in g, kg, oz or lb", unit)
    if found < 0:
        raise FieldError(path, "a weight of 0 or more", value)
    factor, ours = known
    return Weight(value=found * factor, unit=ours) if found else None


def read_dimensions(
    length: Any, width: Any, height: Any, unit: str, path: str
) -> Dimensions | None:
    """The size of a parcel; millimetres and metres become centimetres.

    None unless all three are given and above zero.
    """
    sides = [
        None
        if side is None or side == ""
        else read_number(side, f"{path}.{name}", expected="a length")
        for side, name in _name_sides(length, width, height)
    ]
    if not all(side is not None and side > 0 for side in sides):
        return None
    if (known := find_length_unit(unit)) is None:
        raise FieldError(path, "a length in cm, mm, m, in, ft or yd", unit)
    factor, ours = known
    first, second, third = (side * factor for side in sides if side is not None)
    return Dimensions(length=first, width=second, height=third, unit=ours)


def _name_sides(length: Any, width: Any, height: Any) -> tuple[tuple[Any, str], ...]:
    return ((length, "length"), (width, "width"), (height, "height"))
