"""Weights, sizes, pictures and barcodes of products are told as they are, or not at all."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from connectors.orders import Customs, Order, Weight, WeightUnit
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.order import Related
from connectors.woocommerce.mapping.products import Units, read_goods
from tests.connectors.woocommerce.mapping import handwritten
from tests.connectors.woocommerce.recordings import RULES


@pytest.mark.parametrize(
    ("value", "unit", "weight"),
    [
        ("1.5", "kg", Weight(value=Decimal(1500), unit=WeightUnit.GRAMS)),
        ("0.45", "lbs", Weight(value=Decimal("0.45"), unit=WeightUnit.POUNDS)),
        ("150.125", "lbs", Weight(value=Decimal("150.125"), unit=WeightUnit.POUNDS)),
        ("0.002", "lbs", Weight(value=Decimal("0.90718474"), unit=WeightUnit.GRAMS)),
        ("3", "oz", Weight(value=Decimal(3), unit=WeightUnit.OUNCES)),
        ("", "kg", None),
        ("heavy", "kg", None),
        ("-1", "kg", None),
        ("1", "", None),
        ("1", "stone", None),
    ],
)
def test_weights_come_in_a_unit_that_shipstation_knows_and_are_never_invented(
    value: str, unit: str, weight: Weight | None
) -> None:
    assert (
        read_goods(wire.Product(id=1, weight=value), Units(weight=unit, length="cm")).weight
        == weight
    )


def test_an_older_shop_s_variation_takes_from_its_product_what_it_leaves_empty() -> None:
    units = Units(weight="g", length="cm")
    size = wire.Size(length="1", width="2", height="3")
    parent = read_goods(
        wire.Product(
            id=1, weight="70", dimensions=size, images=[wire.Image(src="https://x/y.jpg")]
        ),
        units,
    )
    found = read_goods(wire.Product(id=2, global_unique_id="0123"), units, parent)
    assert (found.weight, found.size, found.image_url, found.upc) == (
        parent.weight,
        parent.size,
        "https://x/y.jpg",
        "0123",
    )


def test_a_barcode_that_a_plugin_kept_is_found() -> None:
    metas = [wire.Meta(key="_gtin", value="036000291452")]
    assert read_goods(wire.Product(id=1, meta_data=metas), Units()).upc == "036000291452"


@pytest.mark.parametrize(
    ("code", "origin", "text"),
    [
        ("_hs_code", "_manufacture_country", "_customs_description"),
        ("_dhl_hs_code", "_dhl_manufacture_country", ""),
        ("_cfwc_hs_code", "_cfwc_country_of_origin", ""),
        ("tariff_number", "", "contents_description"),
    ],
)
def test_what_plugins_keep_for_customs_is_found(code: str, origin: str, text: str) -> None:
    kept = {code: "6912.00", origin: "Deutschland", text: "Mug &amp; lid", "_layout": "<p>"}
    metas = [wire.Meta(key=key, value=value) for key, value in kept.items() if key]
    goods = read_goods(wire.Product(id=7, meta_data=metas), Units())
    expected = Customs(
        hs_code="6912.00", origin="DE" if origin else "", description="Mug & lid" if text else ""
    )
    sold = handwritten.order(line_items=[handwritten.line(product_id=7)])
    order = handwritten.read(sold, Related(goods={(7, 0): goods}), RULES)
    assert isinstance(order, Order)
    assert order.items[0].customs == expected


def test_what_woocommerce_itself_knows_for_customs_comes_first() -> None:
    product = {
        "id": 1,
        "customs_commodity_code": "0901210010",
        "customs_country_of_origin": "BR",
        "customs_description": "Roasted coffee",
        "meta_data": [{"key": "_hs_code", "value": "6912.00"}],
    }
    found = read_goods(msgspec.convert(product, wire.Product), Units()).customs
    assert found == Customs(hs_code="0901210010", origin="BR", description="Roasted coffee")


def test_a_variation_without_customs_facts_has_its_products() -> None:
    metas = [wire.Meta(key="_hs_code", value="6912.00")]
    parent = read_goods(wire.Product(id=1, meta_data=metas), Units())
    found = read_goods(wire.Product(id=2), Units(), parent).customs
    assert found == Customs(hs_code="6912.00")
    assert read_goods(wire.Product(id=2), Units()).customs is None
