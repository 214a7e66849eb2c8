"""What Portside needs to know of a product or variation: weight, size, whether it is packed at all,
picture and barcode. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec

from connectors.orders import Customs, Dimensions, Weight, WeightUnit
from connectors.reading.countries import find_country
from connectors.reading.fields import FieldError
from connectors.reading.measures import convert_to_grams, find_length_unit, find_weight_unit
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.values import (
    read_amount,
    read_flag,
    read_key,
    read_plain,
    read_text,
)

# A weight is exported with two decimals. Where those would change it by more than a thousandth, it
# is exported in grams.
_CENT = Decimal("0.01")
_THOUSANDTH = Decimal("0.001")
# Where plugins kept barcodes before WooCommerce 9.2 had a field of its own.
_BARCODES = (
    "_global_unique_id",
    "_gtin",
    "_upc",
    "_ean",
    "_barcode",
    "_wpm_gtin_code",
    "hwp_product_gtin",
    "hwp_var_gtin",
    "_alg_ean",
)
# Where plugins keep what customs ask for: Germanized's shipments, DHL for WooCommerce, Customs Fees
# for WooCommerce, EasyShipper.
_HS_CODES = ("_hs_code", "_dhl_hs_code", "_cfwc_hs_code", "tariff_number")
_ORIGINS = ("_manufacture_country", "_dhl_manufacture_country", "_cfwc_country_of_origin")
_CUSTOMS_TEXTS = ("_customs_description", "contents_description")
METAS = frozenset((*_BARCODES, *_HS_CODES, *_ORIGINS, *_CUSTOMS_TEXTS))
"""A product's meta data that is read; a shop is asked for no other."""


class Units(msgspec.Struct, frozen=True, kw_only=True):
    """The units a shop measures in, as its settings name them."""

    weight: str = "kg"
    length: str = "cm"


class Goods(msgspec.Struct, frozen=True, kw_only=True):
    """One product or variation. `virtual` means that there is nothing to pack.

    `whole` is as much of its JSON as the store's own expressions look at.
    """

    weight: Weight | None = None
    size: Dimensions | None = None
    virtual: bool = False
    image_url: str = ""
    upc: str = ""
    customs: Customs | None = None
    whole: bytes = b""


# A product that the shop has deleted: what was bought still has to be shipped.
GONE = Goods()


def read_goods(
    product: wire.Product, units: Units, parent: Goods | None = None, whole: bytes = b""
) -> Goods:
    """A product, or with its `parent` a variation: in older shops it leaves empty what it takes
    from the product. `whole` is as in `Goods`.
    """
    fallback, metas = parent or GONE, _index_metas(product)
    return Goods(
        weight=read_weight(product.weight, units.weight) or fallback.weight,
        size=read_size(product.dimensions, units.length) or fallback.size,
        virtual=read_flag(product.virtual),
        image_url=_find_picture(product) or fallback.image_url,
        upc=read_text(product.global_unique_id) or _find_meta(metas, _BARCODES) or fallback.upc,
        customs=_read_customs(product, metas, fallback.customs),
        whole=whole,
    )


def _read_customs(
    product: wire.Product, metas: Mapping[str, str], fallback: Customs | None
) -> Customs | None:
    """None where neither the product nor its parent says anything."""
    known = fallback or Customs()
    origin = read_text(product.customs_country_of_origin) or _find_meta(metas, _ORIGINS)
    text = read_plain(product.customs_description) or _find_meta(metas, _CUSTOMS_TEXTS)
    found = Customs(
        hs_code=read_text(product.customs_commodity_code)
        or _find_meta(metas, _HS_CODES)
        or known.hs_code,
        origin=find_country(origin) or known.origin,
        description=text or known.description,
    )
    return found if found != Customs() else None


def read_weight(value: Any, unit: str) -> Weight | None:
    """The weight of one piece; None if the shop has none.

    Kilograms become grams, and so does a weight that two decimals cannot express.
    """
    number = _read_measure(value)
    known = find_weight_unit(unit)
    if number is None or known is None:
        return None
    factor, ours = known
    found = (number * factor).normalize()
    weight = Weight(value=found, unit=ours)
    lost = abs(found.quantize(_CENT, ROUND_HALF_UP) - found)
    if ours is not WeightUnit.GRAMS and lost > found * _THOUSANDTH:
        return convert_to_grams(weight)
    return weight


def read_size(value: Any, unit: str) -> Dimensions | None:
    """The size of one piece; None unless all three sides are given."""
    known = find_length_unit(unit)
    if not isinstance(value, wire.Size) or known is None:
        return None
    factor, ours = known
    sides = [_read_measure(side) for side in (value.length, value.width, value.height)]
    length, width, height = (side * factor if side else None for side in sides)
    if length is None or width is None or height is None:
        return None
    return Dimensions(length=length, width=width, height=height, unit=ours)


def _read_measure(value: Any) -> Decimal | None:
    """A measure that a person typed; None for text that is not a number, and for a negative one."""
    if not read_text(value):
        return None
    try:
        found = read_amount(value, "measure")
    except FieldError:
        return None
    return found if found >= 0 else None


def _find_picture(product: wire.Product) -> str:
    pictures = [product.image, *(product.images or ())]
    return next(
        (
            found
            for picture in pictures
            if isinstance(picture, wire.Image) and (found := read_text(picture.src))
        ),
        "",
    )


def _index_metas(product: wire.Product) -> Mapping[str, str]:
    """The meta data looked at here, and no other: page builders keep megabytes beside it."""
    return {
        meta.key: read_plain(meta.value)
        for meta in wire.read_list(product.meta_data)
        if isinstance(meta.key, str) and meta.key in METAS
    }


def _find_meta(metas: Mapping[str, str], names: Iterable[str]) -> str:
    """The first of these that says something."""
    return next((metas[name] for name in names if metas.get(name)), "")


def goods_key(product_id: Any, variation_id: Any) -> tuple[int, int]:
    """The key of a line's product: its id and its variation's, 0 for none."""
    return read_key(product_id), read_key(variation_id)
