"""A store's fields look at the order, its lines, and at products and customers that stand in
requests of their own.
"""

from __future__ import annotations

from typing import Any

import pytest

from connectors.fieldmap.filler import Filler
from connectors.fieldmap.settings import AddressSettings, FillSettings, build_fill_rules
from connectors.generic_json.connector import open_connector
from connectors.interface import ConnectorContext
from connectors.orders import ItemOption, Order
from connectors.testing.trial import QUICK, WINDOW
from tests.connectors.generic_json.listing.walk import make_page
from tests.connectors.generic_json.shops import TinyShop, made, order

FIELDS: dict[str, Any] = {
    "source": "channel",
    "custom_field_2": "customer.vat",
    "items": {
        "location": "[product.bins[0], shelf] | [?@] | [0]",
        "options": {"Brand": "product.brand.name", "Of": "root().customer.name"},
    },
}
EXPAND: dict[str, Any] = {
    "product": {"each": "lines", "request": "products/{{ item.goods }}", "cache": "1h"},
    "customer": {"request": "customers/{{ order.buyer_id }}", "cache": "1h"},
}


def make_filler(fields: dict[str, Any]) -> Filler:
    rules = build_fill_rules(FillSettings.model_validate(fields), AddressSettings(), None, None)
    assert rules is not None
    return Filler(rules, lambda _field, _number: None)


def stock_shop() -> TinyShop:
    """Two orders of one customer: a mug and a lamp, and a lamp."""
    (line,) = order()["lines"]
    mug, lamp = {**line, "goods": 7}, {**line, "id": "L2", "goods": 8, "shelf": "S-1"}
    buyer = {"buyer_id": 5, "channel": "fair"}
    return TinyShop(
        {
            "GET /api/orders": make_page(
                order(1, lines=[mug, lamp], **buyer), order(2, lines=[lamp], **buyer)
            ),
            "GET /products/7": {"brand": {"name": "Acme"}, "bins": ["A-3", "B-1"]},
            "GET /products/8": {"brand": None, "bins": []},
            "GET /customers/5": {"name": "Ada", "vat": "DE1"},
        }
    )


@pytest.mark.parametrize("expand", [EXPAND, {}], ids=["named", "not named"])
async def test_products_and_customers_are_asked_for_where_they_are_named_and_once(
    expand: dict[str, Any],
) -> None:
    async with stock_shop() as shop:
        context = ConnectorContext(store="test", upstream=QUICK, filler=make_filler(FIELDS))
        settings = made(shop.url, {"orders": {"expand": expand}, "limits": {"concurrency": 1}})
        async with open_connector(settings, context) as connector:
            found = [each async for each in connector.list_orders(WINDOW)]
            assert all(isinstance(each, Order) for each in found), found
            first, second = (each for each in found if isinstance(each, Order))
    assert {first.source, second.source} == {"fair"}
    asked = sorted(seen.path for seen in shop.requests if "/api/orders" not in seen.path)
    mug, lamp = first.items
    assert lamp.location == "S-1"
    if not expand:
        assert asked == []
        assert (first.custom_fields, mug.location, mug.options) == ((), "", ())
        return
    assert asked == ["/customers/5", "/products/7", "/products/8"]
    assert first.custom_fields == second.custom_fields == ("", "DE1")
    ada = ItemOption(name="Of", value="Ada")
    assert (mug.location, mug.options) == ("A-3", (ItemOption(name="Brand", value="Acme"), ada))
    assert lamp.options == (ada,)
