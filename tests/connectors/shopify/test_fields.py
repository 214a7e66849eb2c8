"""What a store fills in by expressions reads the order in the names of Shopify's REST API,
whichever API answers.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from click.testing import CliRunner

from connectors.errors import OrderNotFoundError
from connectors.fieldmap.filler import Filler
from connectors.fieldmap.settings import AddressSettings, FillSettings, build_fill_rules
from connectors.fieldmap.survey import FieldSurvey
from connectors.inspection import FindsByNumber
from connectors.interface import Remark
from connectors.language.expressions import read_expression
from connectors.orders import ItemOption, Order, RejectedOrder
from connectors.testing.faults import Answer, Handler
from connectors.testing.trial import QUICK, at, failure, walk
from proxy.cli.main import main
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.connectors.shopify.shops import open_shop, settings_for

FIELDS: dict[str, Any] = {
    "custom_field_2": "email",
    "requested_warehouse": "note_attributes[?name=='Warehouse'].value | [0]",
    "items": {"options": {"Line": "sku"}},
}


def make_filler(fields: dict[str, Any], only: str = "") -> Filler:
    rules = build_fill_rules(
        FillSettings.model_validate(fields),
        AddressSettings(),
        read_expression(only) if only else None,
        None,
    )
    assert rules is not None

    def complain(field: str, number: str) -> None:
        raise AssertionError(f"{field} of {number} could not be read")

    return Filler(rules, complain)


@pytest.mark.parametrize("transport", ["rest", "graphql"])
async def test_orders_that_are_listed_and_one_that_is_got_are_filled_in(transport: str) -> None:
    async with FakeShopify() as shop:
        attributes = [{"name": "Warehouse", "value": "east"}]
        for minutes in range(3):
            shop.book.add(modified_at=at(minutes), json={"note_attributes": attributes})
        filler = make_filler(FIELDS, only="to_number(total_price) > `0`")
        async with open_shop(shop, transport=transport, filler=filler) as connector:
            listed = await walk(connector)
            got = await connector.get_order(listed[0].id)
    assert len(listed) == 3
    for order in (*listed, got):
        assert isinstance(order, Order)
        assert order.custom_fields[1] == order.customer.bill_to.email
        assert order.requested_warehouse == "east"
        assert order.excluded == ""
        goods = [item for item in order.items if not item.adjustment]
        assert goods
        assert all(item.options[-1] == ItemOption(name="Line", value=item.sku) for item in goods)


@pytest.mark.parametrize(
    ("expression", "is_asked_for"),
    [("landing_site", "landing_site"), ("keys(@)[0]", "")],
)
async def test_rest_is_asked_for_what_the_settings_look_at(
    expression: str, is_asked_for: str
) -> None:
    async with FakeShopify() as shop:
        shop.book.add(modified_at=at(1))
        filler = make_filler({"source": expression})
        async with open_shop(shop, transport="rest", filler=filler) as connector:
            await walk(connector)
    (seen,) = [seen for seen in shop.requests if seen.path.endswith("/orders.json")]
    fields = seen.query.get("fields", "")
    assert is_asked_for in fields
    assert bool(fields) is bool(is_asked_for)


OF_PARTS: dict[str, Any] = {
    "custom_field_2": "customer.metafields[?key=='vat'].value | [0]",
    "custom_field_3": "customer.email",
    "source": "customer.orders_count",
    "items": {
        "location": "variant.metafields[?key=='bin'].value | [0]",
        "options": {"Brand": "product.vendor", "Kind": "product.product_type"},
    },
}


def stock_shop(shop: FakeShopify) -> str:
    """An order of one line by one customer, with what stands beside it; gives its id."""
    order = shop.book.add(modified_at=at(1))
    shown = shop.show(order)
    shop.customers[shown["customer"]["id"]] = {
        "orders": 7,
        "metafields": [{"namespace": "custom", "key": "vat", "value": "DE1"}],
    }
    for line in shown["line_items"]:
        shop.variants[line["variant_id"]] = {
            "vendor": "Acme",
            "product_type": "Mug",
            "metafields": [{"namespace": "custom", "key": "bin", "value": "A-3"}],
        }
    return order.id


@pytest.mark.parametrize("transport", ["rest", "graphql"])
async def test_the_product_of_a_line_and_the_customer_are_looked_at(transport: str) -> None:
    async with FakeShopify() as shop:
        stock_shop(shop)
        filler = make_filler(OF_PARTS)
        async with open_shop(shop, transport=transport, filler=filler) as connector:
            (order,) = await walk(connector)
    assert isinstance(order, Order)
    assert order.custom_fields == ("", "DE1", order.customer.bill_to.email)
    assert order.source == "7"
    for item in (item for item in order.items if not item.adjustment):
        assert item.location == "A-3"
        assert item.options[-2:] == (
            ItemOption(name="Brand", value="Acme"),
            ItemOption(name="Kind", value="Mug"),
        )


@pytest.mark.parametrize("transport", ["rest", "graphql"])
@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        (OF_PARTS, {"vendor", "numberOfOrders"}),
        ({"custom_field_3": "customer.email", "source": "source_name"}, set()),
        ({"items": {"location": "product.vendor"}}, {"vendor"}),
    ],
)
async def test_products_and_customers_are_asked_for_only_where_an_expression_names_them(
    transport: str, fields: dict[str, Any], asked: set[str]
) -> None:
    async with FakeShopify() as shop:
        stock_shop(shop)
        async with open_shop(shop, transport=transport, filler=make_filler(fields)) as connector:
            await walk(connector)
    sent = " ".join(seen.body.decode() for seen in shop.requests)
    assert {word for word in ("vendor", "numberOfOrders") if word in sent} == asked


@pytest.mark.parametrize("only", ["", "customer.orders_count > `0`"])
async def test_a_customer_who_is_not_shown_costs_what_depends_on_him(only: str) -> None:
    remarks: list[Remark] = []
    async with FakeShopify() as shop:
        stock_shop(shop)
        shop.scopes -= {"read_customers"}
        filler = make_filler(OF_PARTS, only)
        async with open_shop(
            shop, transport="rest", filler=filler, remark=remarks.append
        ) as connector:
            (order,) = await walk(connector)
    assert isinstance(order, RejectedOrder) is bool(only)
    assert "customers" in {remark.about for remark in remarks}


@pytest.mark.parametrize("transport", ["rest", "graphql"])
async def test_names_that_no_order_has_are_known_whichever_api_answers(transport: str) -> None:
    fields = {
        "source": "customer.emial",
        "custom_field_2": "note_attributes[?name=='Warhouse'].value | [0]",
        "items": {"upc": "skuu"},
    }
    survey = FieldSurvey(make_filler(fields, only="total_prise"))
    async with FakeShopify() as shop:
        shop.book.add(
            modified_at=at(1), json={"note_attributes": [{"name": "Warehouse", "value": "east"}]}
        )
        async with open_shop(shop, transport=transport, filler=survey) as connector:
            await walk(connector)
    names = {each.name for each in survey.find_unknown_names()}
    assert {"emial", "skuu", "total_prise"} <= names
    (key,) = survey.find_unknown_keys()
    assert (key.text, *key.known) == ("Warhouse", "Warehouse")


@pytest.mark.parametrize("transport", ["rest", "graphql"])
async def test_an_order_is_found_by_the_number_that_people_see(transport: str) -> None:
    async with FakeShopify() as shop:
        order = shop.book.add(modified_at=at(1))
        async with open_shop(shop, transport=transport) as connector:
            assert isinstance(connector, FindsByNumber)
            assert await connector.find_order_id(order.number) == order.id
            await failure(connector.find_order_id("9999999"), OrderNotFoundError)


@pytest.mark.parametrize("kind", ["Variants", "Routes", "States", "ProductVariantDetails"])
async def test_what_is_too_large_together_is_asked_for_in_halves(kind: str) -> None:
    limit, batches = 1024 * 1024, list[int]()

    async def swell(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        batches.append(len(msgspec.json.decode(await request.read())["variables"]["ids"]))
        if batches[-1] > 2 and isinstance(response, web.Response):
            response.text = (response.text or "") + " " * limit
        return response

    async with FakeShopify() as shop:
        placed = [stock_shop(shop) for _ in range(5)]
        # Then it is asked order by order what is held.
        shop.faults.add(Answer(500, "{}"), when=lambda seen: b"Held" in seen.body, times=None)
        asks = f"query {kind}(".encode()
        shop.faults.add(swell, when=lambda seen: asks in seen.body, times=None)
        policy = msgspec.structs.replace(QUICK, largest_answer=limit)
        filler = make_filler(OF_PARTS)
        async with open_shop(shop, policy, transport="rest", filler=filler) as connector:
            found = await walk(connector)
    assert [order.id for order in found if isinstance(order, Order)] == placed
    for order in found:
        assert isinstance(order, Order)
        assert order.custom_fields[1] == "DE1"
        assert order.items[0].location == "A-3"
        assert order.items[0].image_url
    assert max(batches) > 2 >= min(batches)


@pytest.mark.parametrize("transport", ["rest", "graphql"])
async def test_preview_takes_the_number_and_shows_where_each_field_came_from(
    transport: str, tmp_path: Path
) -> None:
    async with FakeShopify() as shop:
        order = shop.book.add(modified_at=at(1))
        fields = {"custom_field_2": "email", "items": {"location": "sku"}}
        store = {
            "credentials": {"username": "u", "password": "p"},
            "connector": {**settings_for(shop, transport=transport).model_dump(mode="json")},
            "fields": fields,
        }
        store["connector"]["access_token"] = shop.token
        file = tmp_path / "settings.yaml"
        file.write_text(json.dumps({"stores": {"north": store}}, indent=1))
        words = ["preview", "--settings", str(file), "--store", "north", f"#{order.number}"]
        result = await asyncio.to_thread(CliRunner().invoke, main, words)
    assert result.exit_code == 0, result.output
    assert f"id: '{order.id}'" in result.stdout
    line = next(
        n for n, text in enumerate(file.read_text().splitlines(), 1) if "custom_field_2" in text
    )
    assert f"custom_field_2: {order.email}  ← email ({file}:{line})" in result.stdout
    assert "items[0].location: " in result.stdout
