"""What an operator types to name an order."""

from __future__ import annotations

from typing import Final

from proxy.operator.deliveries import WantedError

LONGEST: Final = 200
"""Characters; no shop has longer numbers, and a part of one could be another order's."""


def parse_order_number(text: str, what: str = "an order's number") -> str:
    """The number, without blanks around it. Raises WantedError."""
    number = text.strip()
    if not number:
        raise WantedError(f"expected {what}, found none")
    if len(number) > LONGEST:
        raise WantedError(f"expected {what} of at most {LONGEST} characters, found {len(number)}")
    return number
