"""Functions on numbers, all exact decimals: money in any spelling, arithmetic, units of weight and
length.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Final

from connectors.language.functions.table import FUNCTIONS, EvaluationError, Run, as_number
from connectors.orders import Weight
from connectors.reading.amounts import count_minor_digits
from connectors.reading.measures import convert_to_grams, find_weight_unit

_PLACES: Final = 12


def round_half_up(value: Decimal, places: int) -> Decimal:
    """A number with so many digits behind the point, halves away from zero, as a till does it."""
    return value.quantize(_find_unit(places), ROUND_HALF_UP)


@lru_cache(maxsize=64)
def _find_unit(places: int) -> Decimal:
    """The smallest amount with so many digits; made for each amount, it cost more than rounding."""
    return Decimal(1).scaleb(-places)


@FUNCTIONS.add("number")
def decimal(value: Decimal | None) -> Decimal | None:
    """An exact number from a number or text: `decimal('1.50')` is `1.50`."""
    return value


@FUNCTIONS.add("number", "text")
def minor(value: Decimal | None, currency: str | None) -> Decimal | None:
    """An amount in the currency's smallest unit as money: `minor(`1250`, 'EUR')` is `12.50`."""
    return None if value is None else value.scaleb(-count_minor_digits(currency or ""))


@FUNCTIONS.add("number")
def cents(value: Decimal | None) -> Decimal | None:
    """Hundredths as money, whatever the currency: `cents(`1250`)` is `12.50`."""
    return None if value is None else value.scaleb(-2)


@FUNCTIONS.add("number", "text")
def to_minor(value: Decimal | None, currency: str | None) -> int | None:
    """Money in the currency's smallest unit: `to_minor('12.5', 'EUR')` is `1250`."""
    return (
        None
        if value is None
        else int(round_half_up(value.scaleb(count_minor_digits(currency or "")), 0))
    )


@FUNCTIONS.add("number", rest=True)
def add(*values: Decimal | None) -> Decimal:
    """The sum of what is given, null counting as nothing: `add(`1`, '2', `null`)` is `3`."""
    return sum((value for value in values if value is not None), Decimal(0))


@FUNCTIONS.add("number", "number")
def subtract(left: Decimal | None, right: Decimal | None) -> Decimal | None:
    """The difference, a null on the right counting as nothing: `subtract(`5`, `2`)` is `3`."""
    return None if left is None else left - (right or 0)


@FUNCTIONS.add("number", rest=True)
def multiply(*values: Decimal | None) -> Decimal | None:
    """The product; null if any is null: `multiply('1.5', `2`)` is `3.0`."""
    product = Decimal(1)
    for value in values:
        if value is None:
            return None
        product *= value
    return as_number(product)


@FUNCTIONS.add("number", "number")
def divide(left: Decimal | None, right: Decimal | None) -> Decimal | None:
    """The quotient; null if either is null or the divisor is zero: `divide(`3`, `2`)` is `1.5`."""
    return as_number(left / right) if left is not None and right else None


@FUNCTIONS.add("number")
def negate(value: Decimal | None) -> Decimal | None:
    """The other sign: `negate(`5`)` is `-5`."""
    return None if value is None else -value


@FUNCTIONS.add("number", "number", least=1)
def round_(value: Decimal | None, places: Decimal | None = None) -> Decimal | None:
    """A number rounded, halves upwards, to so many places (none by default): `round('2.345', `2`)`
    is `2.35`.
    """
    wanted = int(places or 0)
    if not 0 <= wanted <= _PLACES:
        raise EvaluationError(f"expected 0 to {_PLACES} places, found {wanted}")
    return None if value is None else round_half_up(value, wanted)


@FUNCTIONS.add("number")
def whole(value: Decimal | None) -> int | None:
    """A whole number; an error if it is none: `whole('3.0')` is `3`."""
    if value is None:
        return None
    if value != value.to_integral_value():
        raise EvaluationError(f"expected a whole number, found {value:f}")
    return int(value)


@FUNCTIONS.add("list", needs_run=True)
def total(run: Run, values: list[Any]) -> Decimal:
    """The sum of a list of numbers or texts, nulls left out: `total(['1.5', `2`, `null`])` is
    `3.5`.
    """
    run.spend(len(values))
    return sum((number for value in values if (number := as_number(value)) is not None), Decimal(0))


@FUNCTIONS.add("number", "text")
def grams(value: Decimal | None, unit: str | None) -> Decimal | None:
    """A weight in grams, from g, kg, mg, oz, lb or t: `grams(`2`, 'kg')` is `2000`."""
    if value is None:
        return None
    known = find_weight_unit(unit or "")
    if known is None:
        word = (unit or "").strip().lower()
        raise EvaluationError(f"expected a unit of weight such as g, kg, oz or lb, found {word!r}")
    factor, ours = known
    weight = convert_to_grams(Weight(value=value * factor, unit=ours)).value.normalize()
    return as_number(
        weight.quantize(Decimal(1)) if weight == weight.to_integral_value() else weight
    )
