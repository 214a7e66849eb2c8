"""What a store fills in by expressions reads the order as WooCommerce sends it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectors.fieldmap.filler import Filler
from connectors.fieldmap.settings import AddressSettings, FillSettings, build_fill_rules
from connectors.interface import ConnectorContext, Remark
from connectors.language.expressions import read_expression
from connectors.orders import ItemOption, Order, RejectedOrder
from connectors.testing.faults import Answer
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.shops.woocommerce.goods import products, variations_by_product
from connectors.testing.shops.woocommerce.variety import varied_orders
from connectors.testing.trial import QUICK, at, walk
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


def make_filler(fields: dict[str, Any], only: str = "") -> Filler:
    rules = build_fill_rules(
        FillSettings.model_validate(fields),
        AddressSettings(),
        read_expression(only) if only else None,
        None,
    )
    assert rules is not None
    return Filler(rules, lambda _field, _number: None)


@pytest.mark.parametrize("way", ["transaction_id", "values(@) | [?@=='tx-7'] | [0]"])
@pytest.mark.parametrize("fails_on_pages", [False, True])
async def test_the_shop_is_asked_for_what_only_expressions_look_up(
    way: str, *, fails_on_pages: bool
) -> None:
    fields = {
        "custom_field_2": way,
        "items": {"options": {"Shop": {"value": "north"}, "Paid by": "root().payment_method"}},
    }
    async with FakeWooCommerceShop() as shop:
        shop.load(
            {**order, "transaction_id": "tx-7"} for order in varied_orders(1, 6, until=at(60))
        )
        if fails_on_pages:
            shop.faults.add(
                Answer(500),
                times=None,
                when=lambda seen: (
                    "line_items" in seen.query.get("_fields", "line_items")
                    and seen.path.endswith("/orders")
                    and "include" not in seen.query
                ),
            )
        context = ConnectorContext(store="test", upstream=QUICK, filler=make_filler(fields))
        async with connector_type.open(settings_for(shop), context) as connector:
            listed = await walk(connector)
            got = [await connector.get_order(one.id) for one in listed]
    assert listed
    for order in (*listed, *got):
        assert isinstance(order, Order)
        assert order.custom_fields[1] == "tx-7"
        assert all(
            [option.name for option in item.options[-2:]] == ["Shop", "Paid by"]
            for item in order.items
            if not item.adjustment
        )


OF_PARTS: dict[str, Any] = {
    "custom_field_2": "customer.meta_data[?key=='vat'].value | [0]",
    "items": {
        "options": {"Brand": "product.brands[0].name", "Sold as": "variation.name || product.name"}
    },
}


def stock_shop(shop: FakeWooCommerceShop) -> None:
    """Orders of simple goods and of a shirt in variations, by two customers and a guest."""
    shop.catalog.add(
        {**product, "brands": [{"name": f"Brand of {product['name']}"}], "description": "x" * 500}
        for product in products()
    )
    for parent, variations in variations_by_product().items():
        shop.catalog.add_variations(parent, variations)
    shop.customers.known = {
        number: {"id": number, "meta_data": [{"key": "vat", "value": f"VAT{number}"}]}
        for number in (5, 6)
    }
    shop.load(
        {**order, "customer_id": (0, 5, 6)[place % 3]}
        for place, order in enumerate(varied_orders(1, 30, until=at(5), span=timedelta(minutes=4)))
    )


def open_shop(
    shop: FakeWooCommerceShop, filler: Filler, remarks: list[Remark] | None = None
) -> Any:
    hear = (lambda _: None) if remarks is None else remarks.append
    context = ConnectorContext(store="test", upstream=QUICK, filler=filler, remark=hear)
    return connector_type.open(settings_for(shop), context)


async def test_the_product_of_a_line_and_the_customer_are_looked_at() -> None:
    async with FakeWooCommerceShop() as shop:
        stock_shop(shop)
        async with open_shop(shop, make_filler(OF_PARTS)) as connector:
            listed = [order for order in await walk(connector) if isinstance(order, Order)]
            await walk(connector)
    assert len(listed) > 20
    assert {order.custom_fields[1:] for order in listed} == {(), ("VAT5",), ("VAT6",)}
    options = {option for order in listed for item in order.items for option in item.options}
    found = {(option.name, option.value) for option in options}
    assert {("Brand", "Brand of Crew Shirt"), ("Brand", "Brand of Soap Bar")} <= found
    assert {("Sold as", "XL"), ("Sold as", "Soap Bar")} <= found
    asked = [seen for seen in shop.requests if seen.path.endswith("/v3/products")]
    # One for each time that products are asked for: what is found is remembered.
    assert all(seen.query["_fields"].endswith(",brands,name") for seen in asked)
    assert len({seen.query["include"] for seen in asked}) == len(asked)


async def test_nobody_asks_for_customers_whom_no_expression_names() -> None:
    async with FakeWooCommerceShop() as shop:
        stock_shop(shop)
        async with open_shop(shop, make_filler({"source": "status"})) as connector:
            await walk(connector)
    assert not [seen for seen in shop.requests if seen.path.endswith("/customers")]
    assert all(
        "brands" not in seen.query.get("_fields", "")
        for seen in shop.requests
        if seen.path.endswith("/products")
    )


@pytest.mark.parametrize("only", ["", "customer.is_paying_customer != `false`"])
async def test_a_customer_who_is_not_shown_costs_what_depends_on_him(only: str) -> None:
    remarks: list[Remark] = []
    async with FakeWooCommerceShop() as shop:
        stock_shop(shop)
        shop.faults.add(Answer(403), path="/customers", times=None)
        async with open_shop(shop, make_filler(OF_PARTS, only), remarks) as connector:
            listed = await walk(connector)
    held = [order for order in listed if isinstance(order, RejectedOrder)]
    assert len(held) == (20 if only else 0)
    assert all(order.reason.startswith("customer: ") for order in held)
    assert bool([each for each in remarks if each.about == "customers"]) is not bool(only)


_BULK = {"key": "_page_builder", "value": "x" * 2000}
_METAS: dict[str, Any] = {
    "custom_field_2": "meta_data[?key=='_vat'].value | [0]",
    "items": {"options": {"Bin": "product.meta_data[?key=='_bin'].value | [0]"}},
}


def stock_bulky_shop(shop: FakeWooCommerceShop) -> None:
    """Adds plugin meta data that no setting reads to the orders and products."""
    shop.catalog.add(
        {
            **product,
            "meta_data": [_BULK, {"key": "_bin", "value": "A3"}, {"key": "_ean", "value": "4"}],
        }
        for product in products()
    )
    gift = {"key": "_wc_other/woocommerce_shipstation/shipstation_is_gift", "value": "1"}
    shop.load(
        {**order, "meta_data": [_BULK, gift, {"key": "_vat", "value": "DE1"}]}
        for order in varied_orders(1, 4, until=at(5), span=timedelta(minutes=4))
    )


@pytest.mark.parametrize("quirk", ["", "older", "ignores include", "fails on pages"])
async def test_no_more_meta_data_comes_than_is_read_and_none_of_that_is_missing(quirk: str) -> None:
    async with FakeWooCommerceShop() as shop:
        stock_bulky_shop(shop)
        shop.traits.limits_metas = quirk != "older"
        if quirk == "ignores include":
            shop.faults.add(Answer(200, '[{"id": 1}]'), path="/orders.*[?&]include=", times=None)
        if quirk in {"fails on pages", "ignores include"}:
            shop.faults.add(Answer(500), path="/orders", when=_is_whole_page, times=None)
        async with open_shop(shop, make_filler(_METAS)) as connector:
            listed = await walk(connector)
            got = [await connector.get_order(one.id) for one in listed]
    assert len(listed) == 4
    for order in (*listed, *got):
        assert isinstance(order, Order)
        assert order.custom_fields[1] == "DE1"
        assert order.gift
        goods = [item for item in order.items if not item.adjustment]
        assert all(ItemOption(name="Bin", value="A3") in item.options for item in goods)
        assert all(item.upc == "4" for item in goods)
    keys = {seen.path: list_keys(seen) for seen in shop.requests if list_keys(seen)}
    assert {path.rpartition("/")[2] for path in keys} >= {"orders", "products"}
    assert all(("_vat" in some) is ("orders" in path) for path, some in keys.items())
    assert all(("_bin" in some) is ("products" in path) for path, some in keys.items())
    assert not any("_page_builder" in some for some in keys.values())


def list_keys(seen: Any) -> list[str]:
    """The meta data that a request asks for, in the sequence of the request."""
    return [key for name, key in seen.query.items() if name.startswith("include_meta")]


@pytest.mark.parametrize("status", [401, 403, 414])
async def test_a_shop_that_refuses_to_limit_meta_data_is_asked_for_all_from_then_on(
    status: int,
) -> None:
    async with FakeWooCommerceShop() as shop:
        stock_bulky_shop(shop)
        shop.faults.add(Answer(status), path="include_meta", times=None)
        async with open_shop(shop, make_filler(_METAS)) as connector:
            assert [order.gift for order in await walk(connector) if isinstance(order, Order)]
            asked = len([seen for seen in shop.requests if list_keys(seen)])
            await walk(connector)
    assert asked <= 2
    assert len([seen for seen in shop.requests if list_keys(seen)]) == asked


def _is_whole_page(seen: Any) -> bool:
    query = seen.query
    return (
        seen.path.endswith("/orders")
        and "line_items" in query["_fields"]
        and "include" not in query
    )


@pytest.mark.parametrize(
    ("source", "named"),
    [("meta_data[-1].value", False), ("meta_data[?key=='Delivery Date'].value | [0]", True)],
)
async def test_all_meta_data_come_where_their_keys_cannot_be_known(
    source: str, *, named: bool
) -> None:
    async with FakeWooCommerceShop() as shop:
        (order,) = varied_orders(1, 1, until=at(5))
        shop.load([{**order, "meta_data": [{"key": "Delivery Date", "value": "Friday"}]}])
        async with open_shop(shop, make_filler({"source": source})) as connector:
            (found,) = await walk(connector)
    assert isinstance(found, Order)
    assert found.source == "Friday"
    (asked,) = [seen for seen in shop.requests if "line_items" in seen.query.get("_fields", "")][:1]
    assert ("Delivery Date" in list_keys(asked)) is named
