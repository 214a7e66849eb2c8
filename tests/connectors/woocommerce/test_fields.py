"""What a store fills in by expressions reads the order as WooCommerce sends it."""

from __future__ import annotations

from typing import Any

from connectors.fieldmap.filler import Filler
from connectors.fieldmap.settings import AddressSettings, FillSettings, build_fill_rules
from connectors.interface import ConnectorContext
from connectors.language.expressions import read_expression
from connectors.orders import ItemOption, Order
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, walk
from connectors.woocommerce import connector_type
from tests.connectors.woocommerce.harness import place, settings_for

FIELDS: dict[str, Any] = {
    "custom_field_2": "billing.email",
    "source": {"from": "status", "table": {"processing": "Web"}},
    "items": {"options": {"Line": "sku"}},
}


async def test_orders_that_are_listed_and_one_that_is_got_are_filled_in() -> None:
    rules = build_fill_rules(
        FillSettings.model_validate(FIELDS),
        AddressSettings(),
        read_expression("to_number(total) > `0`"),
        None,
    )
    assert rules is not None
    complaints: list[tuple[str, str]] = []
    filler = Filler(rules, lambda field, number: complaints.append((field, number)))
    async with FakeWooCommerceShop() as shop:
        ids = place(shop, 3)
        context = ConnectorContext(store="test", upstream=QUICK, filler=filler)
        async with connector_type.open(settings_for(shop), context) as connector:
            listed = await walk(connector)
            got = await connector.get_order(listed[0].id)
    assert [order.id for order in listed] == ids
    for order in (*listed, got):
        assert isinstance(order, Order)
        assert order.custom_fields[1] == order.customer.bill_to.email
        assert order.source == "Web"
        assert order.excluded == ""
        goods = [item for item in order.items if not item.adjustment]
        assert goods
        assert all(item.options[-1] == ItemOption(name="Line", value=item.sku) for item in goods)
    assert complaints == []
