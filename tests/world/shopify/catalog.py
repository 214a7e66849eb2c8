"""The catalog of ways in which a Shopify shop breaks its word.

A quirk is put on a shop and gives the ids of the orders that it may cost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from connectors.testing.requests import SeenRequest
from tests.connectors.shopify.fake.shop import FakeShopify

Quirk = Callable[[FakeShopify], set[str]]
QUIRKS: dict[str, Quirk] = {}
MAY_FAIL = frozenset({"by_id_ignored", "limit_refused", "query_dropped"})
"""With these an error is the honest answer; with all others the shop's orders go out."""


def add_quirk(quirk: Quirk) -> Quirk:
    """Put a quirk into the catalog under its name."""
    QUIRKS[quirk.__name__] = quirk
    return quirk


def change_answers(shop: FakeShopify, when: Callable[[SeenRequest], bool], change: Any) -> set[str]:
    """Do something to each answer of these requests that is no refusal; costs no order."""

    def change_answer(told: Any, response: web.Response) -> None:
        if isinstance(told, dict) and (told.get("data") or "errors" not in told):
            change(told, response)

    shop.changes.append((when, change_answer))
    return set()
