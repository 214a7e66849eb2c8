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


def describe_unknown_order(said: str, store: str) -> str:
    """What the shop said of an order that it does not know, and what to do."""
    return (
        f"{said.rstrip('.')}. Type the number that people see or the shop's own id;"
        f" `portside export --store {store} --since 7d` prints the orders of the last week."
    )
