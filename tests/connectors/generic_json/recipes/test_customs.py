"""What customs ask for is read beside the orders where the store's settings want it, and costs
nothing where they do not.
"""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from pydantic import ValidationError

from connectors.orders import Customs
from connectors.testing.faults import Answer
from connectors.testing.shops.json_shop import answer
from tests.connectors.generic_json.recipes.shops.bigcommerce import BigCommerce
from tests.connectors.generic_json.recipes.shops.ecwid import Ecwid
from tests.connectors.generic_json.recipes.shops.magento import Magento
from tests.connectors.generic_json.recipes.shops.sale import Platform, Sale
from tests.connectors.generic_json.recipes.test_platforms import listed, opened
from tests.connectors.generic_json.recipes.test_recipes import made

KNOWN = Customs(hs_code="6912.00", origin="DE", description="Mug")


def find_lines(shown: dict[str, Any]) -> list[dict[str, Any]]:
    if "items" in shown:
        return shown["items"]  # type: ignore[no-any-return] # of a fake shop's JSON
    return [line for one in shown["consignments"]["shipping"] for line in one["line_items"]]


class Customed(Platform):
    """A shop whose first product has what customs ask for."""

    facts_at: str
    facts: Any
    marks: tuple[str, list[Any]]

    async def handle(
        self, method: str, path: list[str], request: web.Request
    ) -> web.StreamResponse:
        if "/".join(path) == self.facts_at:
            return answer(self.facts)
        return await super().handle(method, path, request)  # type: ignore[safe-super] # a mixin

    def show(self, sale: Sale) -> dict[str, Any]:
        shown: dict[str, Any] = super().show(sale)  # type: ignore[misc] # a mixin
        key, values = self.marks
        for line, value in zip(find_lines(shown), values, strict=False):
            line[key] = value
        return shown


class CustomedBigCommerce(Customed, BigCommerce):
    facts_at = "v3/shipping/products/customs-information"
    marks = ("product_id", [1, 2])
    facts = {  # noqa: RUF012 -- read alone
        "data": [
            {
                "product_id": 1,
                "hs_codes": {"CA": "1", "ALL": "6912.00"},
                "country_of_origin": "DE",
                "commodity_description": "Mug",
            }
        ]
    }


class CustomedEcwid(Customed, Ecwid):
    facts_at = "products"
    marks = ("productId", [1, 2])
    facts = {  # noqa: RUF012 -- read alone
        "items": [
            {"id": 1, "customsHsTariffCode": "6912.00", "combinations": [{"id": 3}]},
            {"id": 2},
        ]
    }


class CustomedMagento(Customed, Magento):
    facts_at = "V1/products"
    marks = ("product_type", ["simple", "simple"])
    facts = {  # noqa: RUF012 -- read alone
        "items": [
            {
                "sku": "AN-1",
                "custom_attributes": [
                    {"attribute_code": "country_of_manufacture", "value": "DE"},
                    {"attribute_code": "ts_hs_code", "value": "6912.00"},
                ],
            }
        ]
    }


PLATFORMS: list[tuple[type[Customed], Customs]] = [
    (CustomedBigCommerce, KNOWN),
    (CustomedEcwid, Customs(hs_code="6912.00")),
    (CustomedMagento, Customs(hs_code="6912.00", origin="DE")),
]


@pytest.mark.parametrize(("make", "facts"), PLATFORMS)
async def test_what_customs_ask_for_is_read_where_it_is_wanted(
    make: type[Customed], facts: Customs
) -> None:
    shop = make()
    async with opened(shop, extras=["customs"]) as connector:
        goods = [item for item in (await listed(connector))[1].items if not item.adjustment]
        assert [item.customs for item in goods] == [facts, None]
    assert shop.count("GET", f"{shop.base}/{shop.facts_at}")


@pytest.mark.parametrize("make", [make for make, _ in PLATFORMS])
async def test_it_costs_no_request_and_no_order_otherwise(make: type[Customed]) -> None:
    shop = make()
    async with opened(shop) as connector:
        assert {item.customs for item in (await listed(connector))[1].items} == {None}
    assert shop.count("GET", f"{shop.base}/{shop.facts_at}") == 0
    shop = make()
    shop.faults.add(Answer(403), path=shop.facts_at, times=None)
    async with opened(shop, extras=["customs"]) as connector:
        assert len(await listed(connector)) == 3


@pytest.mark.parametrize(
    ("recipe", "complaint"),
    [
        ("magento", "the recipe 'magento' has no extra 'custom'; it has customs"),
        ("saleor", "the recipe 'saleor' has no extra 'custom'; it has none"),
        ("", "expected no extras, because no recipe is named"),
    ],
)
def test_an_extra_that_a_recipe_has_not_is_named(recipe: str, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        made(recipe=recipe, auth={"token": "k"}, extras=["custom"])
