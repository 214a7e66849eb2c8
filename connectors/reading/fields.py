"""Read text, money, times, weights and numbers out of a shop's decoded JSON; an error names the path, what was expected and what came.

Each reader takes a value and the path it stands at, e.g. `money(line["price"], "line_items[2].price")`. No I/O.
"""

from __future__ import annotations

import email.utils
import math
import re
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.orders import Dimensions, LengthUnit, Weight, WeightUnit
from connectors.reading.countries import country_code
from connectors.reading.markup import clean_text, shorten

__all__ = [
    "FieldError",
    "clean_text",
    "country",
    "dimensions",
    "flag",
    "identifier",
    "integer",
    "minor_digits",
    "minor_money",
    "moment",
    "money",
    "number",
    "optional_moment",
    "text",
    "weight",
    "whole_quantity",
]

# How much of a wrong value an error quotes.
_LONGEST_FOUND = 40
# More than any shop sells for; such a number is a mistake and would overflow what comes after.
_LARGEST = Decimal(10) ** 15
_LONGEST_NUMBER = 60
_NO_TIME = re.compile(r"0000-00-00.*|0")
_TRAILING_ZONE_NAME = re.compile(r"\s*(?:UTC|GMT)$", re.IGNORECASE)
_EXTRA_DIGITS = re.compile(r"(\.\d{6})\d+")
_SHORT_OFFSET = re.compile(r"([+-]\d{2})$")
_WEIGHTS: dict[str, tuple[Decimal, WeightUnit]] = {
    **dict.fromkeys(("g", "gr", "gram", "grams", "gramme", "grammes"), (Decimal(1), WeightUnit.GRAMS)),
    **dict.fromkeys(("kg", "kgs", "kilo", "kilos", "kilogram", "kilograms"), (Decimal(1000), WeightUnit.GRAMS)),
    **dict.fromkeys(("mg", "milligram", "milligrams"), (Decimal("0.001"), WeightUnit.GRAMS)),
    **dict.fromkeys(("t", "tonne", "tonnes"), (Decimal(1_000_000), WeightUnit.GRAMS)),
    **dict.fromkeys(("oz", "ounce", "ounces"), (Decimal(1), WeightUnit.OUNCES)),
    **dict.fromkeys(("lb", "lbs", "pound", "pounds"), (Decimal(1), WeightUnit.POUNDS)),
}
_LENGTHS: dict[str, tuple[Decimal, LengthUnit]] = {
    **dict.fromkeys(("cm", "centimeter", "centimeters", "centimetre", "centimetres"), (Decimal(1), LengthUnit.CENTIMETER)),
    **dict.fromkeys(("mm", "millimeter", "millimeters", "millimetre", "millimetres"), (Decimal("0.1"), LengthUnit.CENTIMETER)),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), (Decimal(100), LengthUnit.CENTIMETER)),
    **dict.fromkeys(("in", "inch", "inches"), (Decimal(1), LengthUnit.INCH)),
    **dict.fromkeys(("ft", "foot", "feet"), (Decimal(12), LengthUnit.INCH)),
    **dict.fromkeys(("yd", "yard", "yards"), (Decimal(36), LengthUnit.INCH)),
}
# ISO 4217: currencies whose minor unit is not a hundredth.
_MINOR_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


class FieldError(ValueError):
    """A value that is not what it should be. `str(error)` reads `line_items[2].price: expected money, found 'abc'`."""

    def __init__(self, path: str, expected: str, found: Any) -> None:
        shown = shorten(str(found) if isinstance(found, Decimal) else repr(found), _LONGEST_FOUND)
        super().__init__(f"{path}: expected {expected}, found {_kind(found) or shown}")
        self.path = path
        self.expected = expected


def _kind(value: Any) -> str:
    """Whole structures are named by kind: their content may be anybody's data."""
    return {dict: "an object", list: "a list", type(None): "nothing"}.get(type(value), "")


def text(value: Any, path: str, *, keep_lines: bool = False) -> str:
    """Readable text without markup, entities decoded once; numbers as their digits; nothing for null. An object or list is an error."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise FieldError(path, "text", value)
    return clean_text(
        value if isinstance(value, str) else _digits(value) if isinstance(value, Decimal) else str(value), keep_lines=keep_lines
    )


def _digits(value: Decimal) -> str:
    """A number's plain digits; as it came if that would be a text of a million zeros, which `1e999999` is short for."""
    return f"{value:f}" if abs(value.adjusted()) < _LONGEST_NUMBER else str(value)


def identifier(value: Any, path: str) -> str:
    """A key, given as a whole number or as text, which is kept as it is but for blanks around it. Never empty."""
    if isinstance(value, Decimal):
        found = number(value, path, expected="an id")
        if found == found.to_integral_value():
            return f"{found:.0f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise FieldError(path, "an id", value)


def number(value: Any, path: str, *, expected: str = "a number") -> Decimal:
    """An exact number out of a JSON number or plain digits as text (`12`, `-0.5`, `1e3`); no thousands separators, no infinities.

    Below a quadrillion, with at most 60 characters where it is text, and with an exponent of at most 60: what is read can be counted with.
    """
    if isinstance(value, str) and len(value) <= _LONGEST_NUMBER and "_" not in value:
        try:
            found = Decimal(value.strip())
        except InvalidOperation:
            raise FieldError(path, expected, value) from None
    elif isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        found = Decimal(value)
    elif isinstance(value, float) and math.isfinite(value):
        found = Decimal(repr(value))
    else:
        raise FieldError(path, expected, value)
    # Also 0e999999 is a number that one should not write out.
    if not found.is_finite() or abs(found.adjusted()) > _LONGEST_NUMBER or found.copy_abs() >= _LARGEST:
        raise FieldError(path, expected, value)
    return found


def money(value: Any, path: str, *, default: Decimal | None = None) -> Decimal:
    """An amount, as exact as it came. Null or empty text gives `default`; without one they are an error."""
    if default is not None and (value is None or (isinstance(value, str) and not value.strip())):
        return default
    return number(value, path, expected="money")


def minor_digits(currency: str) -> int:
    """How many decimals the currency's minor unit has (ISO 4217): 2 for most, 0 for yen, 3 for Kuwaiti dinar."""
    return _MINOR_DIGITS.get(currency.upper(), 2)


def minor_money(value: Any, currency: str, path: str) -> Decimal:
    """An amount given in the currency's smallest unit: 1999 with EUR is 19.99, with JPY 1999."""
    return number(value, path, expected="money in minor units").scaleb(-minor_digits(currency))


def integer(value: Any, path: str) -> int:
    """A whole number, also as text (`12`) or with a zero fraction (`12.0`)."""
    found = number(value, path, expected="a whole number")
    if found != found.to_integral_value():
        raise FieldError(path, "a whole number", value)
    return int(found)


def whole_quantity(value: Any, path: str) -> int:
    """How many pieces: 0 or more. A fraction (2.5 metres, sold by plug-ins) is rounded up, so that there is something to pack."""
    found = number(value, path, expected="a quantity")
    if found < 0:
        raise FieldError(path, "a quantity of 0 or more", value)
    return math.ceil(found)


def flag(value: Any, path: str) -> bool:
    """Yes or no, as true/false, 1/0 or the words; null and empty text mean no."""
    known = {
        "true": True,
        "yes": True,
        "1": True,
        "on": True,
        "false": False,
        "no": False,
        "0": False,
        "off": False,
        "": False,
        "none": False,
    }
    if isinstance(value, (bool, int, str, type(None))) and (found := known.get(str(value).strip().lower())) is not None:
        return found
    raise FieldError(path, "true or false", value)


def country(value: Any, path: str) -> str:
    """ISO alpha-2 out of alpha-2, alpha-3 or an English name; empty for null and for what is not known."""
    return country_code(text(value, path))


def moment(value: Any, path: str, *, zone: tzinfo | None = None, pattern: str = "iso") -> datetime:
    """A moment as aware UTC.

    `pattern`: `iso` (`T` or blank, any fraction, `Z` or an offset), `epoch` and `epoch_ms` (numbers, also as text), `rfc2822`, or a
    strptime pattern. `zone` is the zone of a time that states none; without it such a time is an error.
    """
    expected = f"a time ({pattern})"
    try:
        found = _parse_moment(value, path, pattern)
        if found.tzinfo is not None or zone is not None:
            return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).astimezone(UTC)
    except FieldError:
        raise
    except (ValueError, OverflowError, OSError, TypeError) as error:
        raise FieldError(path, expected, value) from error
    raise FieldError(path, f"{expected} with a zone", value)


def optional_moment(value: Any, path: str, *, zone: tzinfo | None = None, pattern: str = "iso") -> datetime | None:
    """Like `moment`; None for null, false, empty text and MySQL's `0000-00-00`."""
    if value is None or value is False or (isinstance(value, str) and (not value.strip() or _NO_TIME.fullmatch(value.strip()))):
        return None
    return moment(value, path, zone=zone, pattern=pattern)


def _parse_moment(value: Any, path: str, pattern: str) -> datetime:
    if pattern in {"epoch", "epoch_ms"}:
        count = number(value, path, expected=f"a time ({pattern})")
        micros = int(count * (1000 if pattern == "epoch_ms" else 1_000_000))
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    if not isinstance(value, str):
        raise FieldError(path, f"a time ({pattern})", value)
    stated = value.strip()
    if pattern == "iso":
        stated = _EXTRA_DIGITS.sub(r"\1", _TRAILING_ZONE_NAME.sub("Z", stated))
        return datetime.fromisoformat(_SHORT_OFFSET.sub(r"\1:00", stated) if ":" in stated else stated)
    if pattern == "rfc2822":
        return email.utils.parsedate_to_datetime(stated)
    # A pattern without a zone gives a time without one, which `moment` deals with.
    return datetime.strptime(stated, pattern)  # noqa: DTZ007


def weight(value: Any, unit: str, path: str) -> Weight | None:
    """The weight of one piece; kilograms become grams. None for null, empty text and zero: the shop does not know it."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    found = number(value, path, expected="a weight")
    factor, known = _WEIGHTS.get(unit.strip().lower(), (None, None))
    if factor is None or known is None:
        raise FieldError(path, "a weight in g, kg, oz or lb", unit)
    if found < 0:
        raise FieldError(path, "a weight of 0 or more", value)
    return Weight(value=found * factor, unit=known) if found else None


def dimensions(length: Any, width: Any, height: Any, unit: str, path: str) -> Dimensions | None:
    """The size of a parcel; millimetres and metres become centimetres. None unless all three are given and above zero."""
    sides = [
        None if side is None or side == "" else number(side, f"{path}.{name}", expected="a length")
        for side, name in _named(length, width, height)
    ]
    if not all(side is not None and side > 0 for side in sides):
        return None
    factor, known = _LENGTHS.get(unit.strip().lower(), (None, None))
    if factor is None or known is None:
        raise FieldError(path, "a length in cm, mm, m, in, ft or yd", unit)
    first, second, third = (side * factor for side in sides if side is not None)
    return Dimensions(length=first, width=second, height=third, unit=known)


def _named(length: Any, width: Any, height: Any) -> tuple[tuple[Any, str], ...]:
    return ((length, "length"), (width, "width"), (height, "height"))
