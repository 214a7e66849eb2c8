"""Read text, ids, numbers, countries and yes or no out of a shop's decoded JSON; an error names the
path, what was expected and what was found.

Each reader takes a value and the path it stands at, e.g. `read_number(line["pieces"],
"line_items[2].pieces")`. Money, times and measures have modules of their own. No I/O.
"""

from __future__ import annotations

import math
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Self

from connectors.reading.countries import find_country
from connectors.reading.markup import clean_text, shorten

# How much of a wrong value an error quotes.
_LONGEST_FOUND = 40
# More than any shop sells for; such a number is a mistake and would overflow what comes after.
_LARGEST = Decimal(10) ** 15
_LONGEST_NUMBER = 60
# So many digits are below the largest number.
_PLAIN = 15
_PLAIN_NUMBER = 10**_PLAIN
# No name of a country is longer.
_LONGEST_COUNTRY = 100


class FieldError(ValueError):
    """A value that is not what it should be.

    `str(error)` reads `line_items[2].price: expected money, found 'abc'`: the `path`, and behind it
    the `reason`.
    """

    def __init__(self, path: str, expected: str, found: Any, *, shown: str = "") -> None:
        """`found` is quoted, cut to a few words; `shown` stands for it as it is, if given."""
        super().__init__(path, expected)
        self.path = path
        self.expected = expected
        self.reason = f"expected {expected}, found {shown or _quote(found)}"

    @classmethod
    def because(cls, path: str, reason: str) -> Self:
        """An error whose reason says more than what was expected and what was found."""
        error = cls(path, "another value", None)
        error.reason = reason
        return error

    def under(self, prefix: str) -> Self:
        """The same error, seen from one level higher: `price` becomes `line_items[2].price`."""
        error = self.because(f"{prefix}.{self.path}", self.reason)
        error.expected = self.expected
        return error

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def _quote(value: Any) -> str:
    """Numbers and texts in a few words, whole structures by kind: they may be anybody's data."""
    if kind := {dict: "an object", list: "a list", type(None): "nothing"}.get(type(value)):
        return kind
    return shorten(str(value) if isinstance(value, Decimal) else repr(value), _LONGEST_FOUND)


def read_text(value: Any, path: str, *, keep_lines: bool = False) -> str:
    """Readable text without markup, entities decoded once; numbers as their digits; nothing for
    null.

    An object or list is an error.
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise FieldError(path, "text", value)
    return clean_text(
        value
        if isinstance(value, str)
        else _write_digits(value)
        if isinstance(value, Decimal)
        else str(value),
        keep_lines=keep_lines,
    )


def _write_digits(value: Decimal) -> str:
    """A number's plain digits; as it came if that would be a text of a million zeros, which
    `1e999999` is short for.
    """
    return f"{value:f}" if abs(value.adjusted()) < _LONGEST_NUMBER else str(value)


def read_id(value: Any, path: str) -> str:
    """A key, given as a whole number or as text, which is kept as it is but for blanks around it.

    Never empty.
    """
    if isinstance(value, Decimal):
        found = read_number(value, path, expected="an id")
        if found == found.to_integral_value():
            return f"{found:.0f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise FieldError(path, "an id", value)


def read_number(value: Any, path: str, *, expected: str = "a number") -> Decimal:
    """An exact number out of a JSON number or plain digits as text (`12`, `-0.5`, `1e3`); no
    thousands separators, no infinities.

    Below a quadrillion, with at most 60 characters where it is text, and with an exponent of at
    most 60: what is read can be counted with.
    """
    if (found := read_plain_number(value)) is not None:
        return found
    try:
        is_text = isinstance(value, str) and len(value) <= _LONGEST_NUMBER and "_" not in value
        found = Decimal(value) if is_text else _convert_number(value)
        # Also 0e999999 is a number that one should not write out. Comparing with NaN raises.
        if found.copy_abs() < _LARGEST and abs(found.adjusted()) <= _LONGEST_NUMBER:
            return found
    except InvalidOperation:
        pass
    raise FieldError(path, expected, value)


def read_plain_number(value: Any) -> Decimal | None:
    """What most numbers are, read with as little as is needed to be sure of them."""
    kind = type(value)
    if kind is str:
        is_plain = len(value) <= _PLAIN and value.replace(".", "", 1).isdecimal()
    elif kind is int:
        is_plain = -_PLAIN_NUMBER < value < _PLAIN_NUMBER
    else:
        is_plain = (
            kind is Decimal and value.is_finite() and -_LONGEST_NUMBER <= value.adjusted() < _PLAIN
        )
    return Decimal(value) if is_plain else None


def _convert_number(value: Any) -> Decimal:
    """A number of any type as a decimal. Raises InvalidOperation."""
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, float) and math.isfinite(value):
        return Decimal(repr(value))
    raise InvalidOperation


def read_integer(value: Any, path: str) -> int:
    """A whole number, also as text (`12`) or with a zero fraction (`12.0`)."""
    found = read_number(value, path, expected="a whole number")
    if found != found.to_integral_value():
        raise FieldError(path, "a whole number", value)
    return int(found)


def read_quantity(value: Any, path: str) -> int:
    """How many pieces: 0 or more.

    A fraction (2.5 metres, sold by plug-ins) is rounded up, so that there is something to pack.
    """
    found = read_number(value, path, expected="a quantity")
    if found < 0:
        raise FieldError(path, "a quantity of 0 or more", value)
    return math.ceil(found)


def read_flag(value: Any, path: str) -> bool:
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
    if (
        isinstance(value, (bool, int, str, type(None)))
        and (found := known.get(str(value).strip().lower())) is not None
    ):
        return found
    raise FieldError(path, "true or false", value)


def read_country(value: Any, path: str) -> str:
    """ISO alpha-2 out of what `find_country` knows; empty for null and for what is not
    known.
    """
    if type(value) is str and len(value) <= _LONGEST_COUNTRY:
        return _find_named_country(value)
    return find_country(read_text(value, path))


@lru_cache(maxsize=4096)
def _find_named_country(text: str) -> str:
    return find_country(clean_text(text))
