"""Whether a shop may write cents where its description says whole units."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from connectors.errors import ConnectorError
from connectors.fieldmap.scope import Scope
from connectors.generic_json.listing.expander import Unfinished
from connectors.generic_json.listing.reader import Listing
from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.interface import CheckLevel, Finding
from connectors.language.functions import EvaluationError
from connectors.orders import Window
from connectors.reading.amounts import count_minor_digits

_SAMPLE: Final = 20
# Fewer round sums do not show anything.
_FEWEST: Final = 3
# The least that looks like cents: 1.00.
_LEAST: Final = 100
_LONGEST: Final = 20


async def check_money(
    settings: GenericJsonSettings, listing: Listing, window: Window
) -> list[Finding]:
    """A warning where `map.money` says `major` and all totals are numbers without a point. Does
    not raise.
    """
    if settings.map.money.unit != "major":
        return []
    try:
        found = await listing.fetch_raw(window, _SAMPLE)
    except ConnectorError:
        return []
    totals = [total for raw in found for total in _find_total(settings, raw)]
    if len(totals) < _FEWEST or not all(map(_is_whole, totals)):
        return []
    what = (
        f"`map.money` is major, and the totals of {len(totals)} orders are all whole numbers, e.g."
        f" {totals[0]}"
    )
    advice = "Set `map.money: minor` if these are cents; leave it if they are whole units."
    return [Finding(level=CheckLevel.WARNING, what=what, advice=advice)]


def _find_total(settings: GenericJsonSettings, raw: Any) -> Iterator[Any]:
    """An order's total as the shop writes it, unless its currency has no smaller unit or it is
    free.
    """
    raw = raw.order if isinstance(raw, Unfinished) else raw
    rules = settings.map.rules
    try:
        currency = Scope(raw, raw).read_text("currency", rules.currency).upper()
        values = [expression(raw) for expression in rules.total.sources[:1]]
    except (EvaluationError, ValueError):
        return
    if count_minor_digits(currency):
        yield from (value for value in values if str(value) not in {"None", "", "0"})


def _is_whole(value: Any) -> bool:
    text = str(value)
    is_digits = text.isascii() and text.isdigit() and len(text) <= _LONGEST
    return not isinstance(value, bool) and is_digits and int(text) >= _LEAST
