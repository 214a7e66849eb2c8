"""Which entries of a shop's list are orders. Pure."""

from __future__ import annotations

from typing import Any

from connectors.generic_json.mapping.order import find_time
from connectors.generic_json.mapping.rules import OrderRules
from connectors.reading.rows import BESIDE, MARK

NEXT = "; "
"""What stands between the marks of an order that several broken rows make."""

_ERROR_WORDS = ("error", "errors", "code", "message")


def select_orders(items: list[Any], rules: OrderRules) -> list[Any]:
    """The entries that are orders: nulls and error objects stand in a list for what the shop could
    not load, and prove nothing about its length.
    """
    return [item for item in items if isinstance(item, dict) and not _is_error(item, rules)]


def lift_marks(items: list[Any]) -> list[Any]:
    """The entries, of which those that hold a row that breaks the answer are marked themselves:
    without that row the order would not be whole.
    """
    return [_lift_mark(item) if isinstance(item, dict) else item for item in items]


def _lift_mark(item: dict[str, Any]) -> dict[str, Any]:
    marks, waiting = dict[str, None](), list[Any]([item])
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            waiting += part.values()
            own = part.get(MARK) or (part.get(BESIDE) if part is not item else None)
            if isinstance(own, str):
                marks[own] = None
    return {**item, MARK: NEXT.join(marks)} if marks else item


def _is_error(item: dict[str, Any], rules: OrderRules) -> bool:
    """Whether an entry speaks of an error in place of an order."""
    if MARK in item:
        return False
    has_word = any(item.get(word) for word in _ERROR_WORDS)
    return has_word and find_time(item, rules.modified_at) is None
