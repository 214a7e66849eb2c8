"""Read the loose values of WooCommerce's JSON: text, money, quantities, ids, times. Pure.

The error of a value that cannot be read says where it stands.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.orders import ZERO
from connectors.reading.fields import FieldError, read_number, read_plain_number
from connectors.reading.markup import clean_text

_TRUE = frozenset({"1", "true", "yes", "on"})
TIME = "a time such as 2026-11-20T05:36:04"


def read_text(value: Any) -> str:
    """Text without the blanks around it; a number as its digits; nothing for null, booleans, lists
    and objects.
    """
    if type(value) is str:
        return value.strip()
    if value is None or isinstance(value, bool | list | dict):
        return ""
    return str(value)


def read_plain(value: Any) -> str:
    """Text for people in one line: entities decoded once, tags removed.

    Text that has neither stays exactly as it is.
    """
    found = value.strip() if type(value) is str else read_text(value)
    return clean_text(found) if "<" in found or "&" in found else found


def read_prose(value: Any) -> str:
    """Text for people, lines kept: entities decoded once, tags removed.

    Text that has neither stays exactly as it is.
    """
    found = read_text(value)
    return clean_text(found, keep_lines=True) if "<" in found or "&" in found else found


def read_amount(value: Any, path: str) -> Decimal:
    """Money, exact.

    Raises `FieldError` unless it is a number of sensible size, perhaps as text.
    """
    return _read_number(value, path, "money")


def read_optional_amount(value: Any, path: str) -> Decimal:
    """Money where a shop may leave the value out or empty."""
    if (found := read_plain_number(value)) is not None:
        return found
    return ZERO if value is None or value == "" or value is False else read_amount(value, path)


def read_quantity(value: Any, path: str) -> Decimal:
    """How many, perhaps a fraction.

    Raises `FieldError` unless it is a number of sensible size, perhaps as text.
    """
    return _read_number(value, path, "a quantity")


def read_key(value: Any) -> int:
    """The id of a product, refund or line; 0 if it is absent, empty or not a number."""
    if type(value) is int:
        return value
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return 0


def read_flag(value: Any) -> bool:
    """Whether a flag is set, in any of the spellings PHP and its plugins use."""
    return (
        read_text(value).lower() in _TRUE
        if isinstance(value, str | int) and not isinstance(value, bool)
        else value is True
    )


def read_moment(value: str | None, path: str) -> datetime | None:
    """A `…_gmt` time, which has no zone and means UTC; None where the shop has none.

    Raises `FieldError`.
    """
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise FieldError(path, TIME, value) from None


def find_moment(value: Any) -> datetime | None:
    """Like `read_moment`, for a time that an order can go without: None where it cannot be read,
    such as the `-0001-11-30` of a date that was never set.
    """
    try:
        return read_moment(value, "") if isinstance(value, str) else None
    except FieldError:
        return None


def _read_number(value: Any, path: str, expected: str) -> Decimal:
    if value is None:
        raise FieldError(path, expected, value, shown="None")
    return read_number(value, path, expected=expected)
