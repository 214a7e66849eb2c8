"""Read money out of a shop's decoded JSON, in the currency's unit or in its smallest one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.reading.fields import read_number

# ISO 4217: currencies whose minor unit is not a hundredth.
_MINOR_DIGITS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def read_money(value: Any, path: str, *, default: Decimal | None = None) -> Decimal:
    """An amount, as exact as it came.

    Null or empty text gives `default`; without one they are an error.
    """
    if default is not None and (value is None or (isinstance(value, str) and not value.strip())):
        return default
    return read_number(value, path, expected="money")


def count_minor_digits(currency: str) -> int:
    """How many decimals the currency's minor unit has (ISO 4217): 2 for most, 0 for yen, 3 for
    Kuwaiti dinar.
    """
    return _MINOR_DIGITS.get(currency.upper(), 2)


def read_minor_money(value: Any, currency: str, path: str) -> Decimal:
    """An amount given in the currency's smallest unit: 1999 with EUR is 19.99, with JPY 1999."""
    return read_number(value, path, expected="money in minor units").scaleb(
        -count_minor_digits(currency)
    )
