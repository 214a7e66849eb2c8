"""What one of WooCommerce's own fulfillments says. Pure."""

from __future__ import annotations

from typing import Any

from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.values import read_key, read_text


def is_live(found: wire.Fulfillment) -> bool:
    """Whether it stands, and what it holds has been sent."""
    return not found.date_deleted and read_text(found.status) == "fulfilled"


def read_metas(found: wire.Fulfillment) -> dict[str, Any]:
    """Its meta data by name."""
    return {read_text(meta.key): meta.value for meta in wire.read_list(found.meta_data)}


def read_pieces(found: wire.Fulfillment) -> list[tuple[str, int]]:
    """The `_items` of a fulfillment: `[{"item_id": 456, "qty": 2}]`."""
    items = read_metas(found).get("_items")
    listed = items if isinstance(items, list) else []
    return [
        (str(read_key(item.get("item_id"))), read_key(item.get("qty")))
        for item in listed
        if isinstance(item, dict)
    ]
