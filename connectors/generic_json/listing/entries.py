"""Which entries of a shop's list are orders. Pure."""

from __future__ import annotations

from typing import Any

from connectors.generic_json.mapping.order import find_time
from connectors.generic_json.mapping.rules import OrderRules
from connectors.reading.rows import MARK

_ERROR_WORDS = ("error", "errors", "code", "message")


def select_orders(items: list[Any], rules: OrderRules) -> list[Any]:
    """The entries that are orders: nulls and error objects stand in a list for what the shop could
    not load, and prove nothing about its length.
    """
    return [item for item in items if isinstance(item, dict) and not _is_error(item, rules)]


def _is_error(item: dict[str, Any], rules: OrderRules) -> bool:
    """Whether an entry speaks of an error in place of an order."""
    if MARK in item:
        return False
    has_word = any(item.get(word) for word in _ERROR_WORDS)
    return has_word and find_time(item, rules.modified_at) is None
