"""What each platform's own code and documentation say that a first reading missed: ids as long as
they are, times a shop cannot filter by, fields that are null.
"""

import gzip
import re
from copy import copy
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from aiohttp import web

from connectors.errors import RefusedError, TemporaryError, UnavailableError
from connectors.generic_json.mapping.order import read_order
from connectors.generic_json.mapping.rules import OrderRules
from connectors.generic_json.recipes.reader import read_recipe
from connectors.generic_json.settings.mapping import OrderMap
from connectors.orders import Order
from connectors.shipments import Shipment
from connectors.testing.faults import Answer
from connectors.testing.shops.json_shop import answer
from connectors.testing.trial import START, failure
from proxy.doors.custom_store.orders_xml import encode_order
from tests.connectors.generic_json.recipes.shops.bigcommerce import BigCommerce
from tests.connectors.generic_json.recipes.shops.commercetools import Commercetools
from tests.connectors.generic_json.recipes.shops.ecwid import Ecwid
from tests.connectors.generic_json.recipes.shops.magento import Magento
from tests.connectors.generic_json.recipes.shops.prestashop import PrestaShop
from tests.connectors.generic_json.recipes.shops.sale import WINDOW, Platform, Sale
from tests.connectors.generic_json.recipes.shops.saleor import Saleor
from tests.connectors.generic_json.recipes.shops.shopware import Shopware
from tests.connectors.generic_json.recipes.shops.solidus import Solidus
from tests.connectors.generic_json.recipes.test_platforms import PLATFORMS, listed, opened, told

_EXACT = msgspec.json.Decoder(float_hook=Decimal)
_FIXTURES = Path(__file__).parents[3] / "fixtures"
MEDUSA = _EXACT.decode((_FIXTURES / "medusa/order_before.json").read_bytes())["response"]["body"][
    "order"
]
VENDURE = _EXACT.decode(gzip.decompress((_FIXTURES / "vendure/orders.json.gz").read_bytes()))[0]
PARTS = "/stores/abc/v2/orders/1001/products".count("/")


async def test_saleors_ids_of_56_and_64_characters_fit_and_find_their_order_again() -> None:
    shop = Saleor()
    async with opened(shop) as connector:
        order = (await listed(connector))[1]
        raw = await connector.raw_order(order.id)
        assert (len(raw["id"]), len(raw["lines"][0]["id"])) == (56, 64)
        assert {len(order.id), *(len(line.id) for line in order.items)} == {36}
        assert encode_order(order)


class Engraving(PrestaShop):
    """Whose first line bears what the buyer wrote."""

    def detail(self, sale: Sale, at: int, name: str) -> dict[str, Any]:
        return {**super().detail(sale, at, name), "id_customization": "9" if at == 1 else "0"}

    def one(self, resource: str, key: str) -> web.StreamResponse:
        if (resource, key) != ("customizations", "9"):
            return super().one(resource, key)
        texts = [{"id_customization_field": "1", "value": "For Ada"}]
        associations = {"customized_data_text_fields": texts}
        return answer({"customization": {"id": 9, "associations": associations}})


async def test_what_the_buyer_of_prestashop_wrote_reaches_the_packer() -> None:
    shop = Engraving()
    async with opened(shop) as connector:
        first, second, *_ = (await listed(connector))[1].items
    assert [(each.name, each.value) for each in first.options] == [("Customization", "For Ada")]
    assert second.options == ()
    async with opened(shop := Engraving()) as connector:
        shop.faults.add(Answer(403), path="customizations", times=None)
        assert len(await listed(connector)) == 3


async def test_a_variant_of_saleor_without_a_weight_has_that_of_its_kind() -> None:
    async with opened(Saleor()) as connector:
        order = (await listed(connector))[1]
    assert [line.weight.value for line in order.items if line.weight] == [500, 200]


async def test_solidus_gives_what_changed_although_it_can_list_by_no_such_time() -> None:
    shop = Solidus()
    shop.sale(1003).first = START - timedelta(days=2)
    shop.sale(1005).first = START - timedelta(days=9)
    async with opened(shop) as connector:
        found = [order.number for order in await listed(connector)]
    assert found == ["1002", "1003", "1004"]


async def test_solidus_lists_by_the_time_of_change_where_the_shop_was_told_to() -> None:
    page = (Path(__file__).parents[4] / "docs/recipes/solidus.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(orders:.*?)```", page, re.DOTALL)
    changes = yaml.safe_load(block)
    changes["orders"]["paging"] = dict(Solidus.page)
    shop = Solidus()
    shop.listed_by = "updated_at"
    async with opened(shop, **changes) as connector:
        assert [order.number for order in await listed(connector)] == ["1002", "1003", "1004"]
    assert shop.asked[0] == ("2026-03-02T09:00:00.000Z", "2026-03-02T11:00:00.000Z")


async def test_an_order_of_commercetools_without_a_billing_address_goes_out() -> None:
    async with opened(Commercetools()) as connector:
        order = (await listed(connector))[0]
        raw = await connector.raw_order(order.id)
    assert "billingAddress" not in raw
    assert order.customer.bill_to.name == "Ada King"


async def test_an_order_of_commercetools_that_is_not_shipped_is_refused_with_the_reason() -> None:
    shop = Commercetools()
    shop.shipped = False
    async with opened(shop) as connector:
        order = (await listed(connector))[1]
        error = await failure(connector.ship(told(order, "T1"), ()), RefusedError)
    assert "'order.shippingInfo' is not true" in str(error)


async def test_a_variant_of_shopware_has_its_products_weight_and_ean() -> None:
    async with opened(Shopware()) as connector:
        line = (await listed(connector))[1].items[0]
    assert line.weight is not None
    assert line.weight.value == 500
    assert line.upc == "4006381333931"


@pytest.mark.parametrize(("includes", "requests"), [(True, 0), (False, 8)])
async def test_a_page_of_bigcommerce_is_one_request(includes: bool, requests: int) -> None:  # noqa: FBT001
    shop = BigCommerce()
    shop.includes = includes
    async with opened(shop) as connector:
        orders = await listed(connector)
    assert [len(order.items) for order in orders] == [3, 3, 3]
    beside = [each for each in shop.requests if each.path.count("/") == PARTS]
    assert len(beside) == requests


async def test_each_parcel_of_prestashop_has_a_row_of_its_own_for_its_64_characters() -> None:
    shop = PrestaShop()
    numbers = ["A" * 64, "B" * 64, "C" * 64]
    async with opened(shop) as connector:
        order = (await listed(connector))[1]
        earlier: list[Shipment] = []
        for number in numbers:
            shipment = told(order, number)
            await connector.ship(shipment, earlier)
            earlier.append(shipment)
    assert [parcel.tracking for parcel in shop.sale(1003).parcels] == numbers


async def test_an_answer_by_which_ecwid_changed_nothing_is_no_success() -> None:
    shop = Ecwid()
    shop.stubborn = True
    async with opened(shop) as connector:
        order = (await listed(connector))[1]
        error = await failure(connector.ship(told(order, "T1"), ()), UnavailableError)
    assert "Ecwid changed no order" in str(error)


async def test_an_answer_by_which_magento_made_no_shipment_is_no_success() -> None:
    shop = Magento()
    shop.stubborn = True
    async with opened(shop) as connector:
        order = (await listed(connector))[1]
        error = await failure(connector.ship(told(order, "T1"), ()), TemporaryError)
    assert "expected 'to_number(@)' in the answer" in str(error)


@pytest.mark.parametrize("make", PLATFORMS, ids=lambda make: make.recipe + make.version)
async def test_a_null_costs_its_field_and_never_the_order(make: type[Platform]) -> None:
    shop = make()
    async with opened(shop) as connector:
        raw = (await connector.fetch(WINDOW, 2))[1]
        rules = shop.settings().map.rules
    assert find_needed(raw, rules) == shop.needed


@pytest.mark.parametrize(
    ("recipe", "raw", "needed"),
    [
        ("medusa", MEDUSA, {"id", "display_id", "updated_at", "items.0.id"}),
        ("vendure", VENDURE, {"id", "code", "orderPlacedAt", "lines.0.id"}),
    ],
)
def test_so_it_is_with_what_was_recorded(recipe: str, raw: Any, needed: set[str]) -> None:
    assert find_needed(raw, OrderMap.model_validate(read_recipe(recipe)["map"]).rules) == needed


def find_needed(raw: Any, rules: OrderRules) -> set[str]:
    """The paths of an order without which it is not exported."""
    assert isinstance(read_order(raw, rules), Order)
    return {
        ".".join(map(str, path))
        for path in list_paths(raw)
        if not isinstance(read_order(put_null(raw, path), rules), Order)
    }


def list_paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all that stands in an order, of a list's elements those of the first."""
    if isinstance(value, list):
        return [inner for each in value[:1] for inner in list_paths(each, (*path, 0))]
    if not isinstance(value, dict):
        return []
    found = []
    for name, each in value.items():
        found += [(*path, name), *list_paths(each, (*path, name))]
    return found


def put_null(value: Any, path: tuple[Any, ...]) -> Any:
    """An order with a null at a path; the given one stays as it is."""
    if not path:
        return None
    changed = copy(value)
    changed[path[0]] = put_null(value[path[0]], path[1:])
    return changed
