"""Which entries of a shop's list are orders. Pure."""

from __future__ import annotations

from typing import Any

from connectors.generic_json.mapping.order import find_time
from connectors.generic_json.mapping.rules import OrderRules
from connectors.interface import Remark
from connectors.reading.rows import MARK

_ERROR_WORDS = ("error", "errors", "code", "message")


def select_orders(items: list[Any], rules: OrderRules) -> tuple[list[Any], Remark | None]:
    """The entries that are orders, and a remark on the others: nulls and error objects stand in a
    list for what the shop could not load, and prove nothing about its length.
    """
    kept = [item for item in items if isinstance(item, dict) and not _is_error(item, rules)]
    left_out = len(items) - len(kept)
    if not left_out:
        return kept, None
    return kept, Remark(
        about="entries of the list",
        text=f"{left_out} of {len(items)} entries of the shop's list are no orders but nulls or"
        " errors: the shop cannot load these orders. Look for the cause in the shop's log.",
    )


def _is_error(item: dict[str, Any], rules: OrderRules) -> bool:
    """Whether an entry speaks of an error in place of an order."""
    if MARK in item:
        return False
    has_word = any(item.get(word) for word in _ERROR_WORDS)
    return has_word and find_time(item, rules.modified_at) is None
