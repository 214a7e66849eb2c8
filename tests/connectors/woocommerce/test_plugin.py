"""The recorded orders come out as the shop's official plugin exported them, but for what the docs
say, and the docs say nothing else.
"""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from connectors.orders import Order, Window
from connectors.testing.trial import QUICK
from proxy.doors.custom_store.orders_xml import encode_order, frame_page
from tests.connectors.woocommerce.flattening import Difference, compare
from tests.connectors.woocommerce.harness import open_woocommerce
from tests.connectors.woocommerce.reasons import REASONS
from tests.connectors.woocommerce.recordings import (
    PAGES,
    recorded_bytes,
    recorded_orders,
    recorded_shop,
)

ALL_OF_IT = Window(start=datetime(2026, 1, 1, tzinfo=UTC), end=datetime(2026, 12, 31, tzinfo=UTC))
TABLE = Path(__file__).parents[3] / "docs" / "differences-from-the-plugin.md"


async def _export() -> bytes:
    async with (
        recorded_shop() as shop,
        open_woocommerce(shop, QUICK, auth="basic", internal_notes=True) as connector,
    ):
        found = [order async for order in connector.list_orders(ALL_OF_IT)]
    return frame_page(
        [encode_order(order, dimensions=True) for order in found if isinstance(order, Order)], 1
    )


@pytest.fixture(scope="module")
def page() -> bytes:
    """All recorded orders, read through the connector and written as one page."""
    return asyncio.run(_export())


@pytest.fixture(scope="module")
def theirs() -> dict[str, etree._Element]:
    """The plugin's orders by id."""
    pages = (etree.fromstring(recorded_bytes(f"export-p{number}.xml")) for number in PAGES)
    return {order.findtext("OrderID") or "": order for page in pages for order in page}


@pytest.fixture(scope="module")
def differences(page: bytes, theirs: dict[str, etree._Element]) -> list[Difference]:
    """Every field that the two tell differently."""
    ours = {order.findtext("OrderID"): order for order in etree.fromstring(page)}
    return [found for order_id, order in theirs.items() for found in compare(order, ours[order_id])]


@pytest.fixture(scope="module")
def orders() -> dict[str, dict[str, Any]]:
    """The shop's JSON by id."""
    return {str(order["id"]): order for order in recorded_orders()}


def test_every_order_that_the_plugin_exports_is_there(
    page: bytes, theirs: dict[str, etree._Element]
) -> None:
    ours = {order.findtext("OrderID") for order in etree.fromstring(page)}
    assert len(theirs) == 277
    assert len(ours) == 300
    assert set(theirs) <= ours


def test_every_difference_has_its_reason(
    differences: list[Difference], orders: dict[str, dict[str, Any]]
) -> None:
    open_ones = [
        found
        for found in differences
        if not any(reason.explains(found, orders[found.order_id]) for reason in REASONS)
    ]
    assert open_ones == []


def test_every_reason_is_needed(
    differences: list[Difference], orders: dict[str, dict[str, Any]]
) -> None:
    used = {
        next(
            (reason.name for reason in REASONS if reason.explains(found, orders[found.order_id])),
            "",
        )
        for found in differences
    }
    assert used - {""} == {reason.name for reason in REASONS}


def test_the_docs_have_a_row_for_each_reason_and_no_other() -> None:
    rows = re.findall(r"^\| ([^|]+?) \|", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    named = [row for row in rows if row != "What" and not row.startswith("-")]
    assert named == [reason.name for reason in REASONS]


def test_without_the_reasons_the_two_are_the_same(
    differences: list[Difference], theirs: dict[str, etree._Element]
) -> None:
    same = {
        field
        for order in theirs.values()
        for field in (
            "OrderNumber",
            "OrderID",
            "OrderDate",
            "LastModified",
            "CurrencyCode",
            "PaymentMethod",
        )
    }
    assert not [found for found in differences if found.field in same]
