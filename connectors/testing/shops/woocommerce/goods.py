"""What the fake WooCommerce shop sells in its varied orders: simple goods, and a shirt in
variations.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

Json = dict[str, Any]

_Product = tuple[int, str, str, str, str, bool]
# id, SKU, name, price, weight in grams, virtual
GOODS: tuple[_Product, ...] = (
    (101, "MUG-001", "Enamel Mug", "14.50", "385", False),
    (102, "CAN-100", "Candle, “Forêt”", "5.50", "136", False),
    (103, "SOA-101", "Soap Bar", "8.75", "204", False),
    (104, "TEA-102", "Tea Towel & Cloth", "12.00", "272", False),
    (105, "STK-10", "Sticker Pack", "3.00", "", False),
    (106, "BEAD-001", "Bead", "0.0433", "0.9", False),
    (107, "茶-1", "お茶セット", "22.00", "499", False),
    (108, "SVC-WRAP", "Gift wrapping", "4.00", "", True),
    (109, "COURSE-1", "Online course", "49.00", "", True),
)
SHIRT = 120
SHIRTS = MappingProxyType(
    {
        121: ("SHIRT-S-BL", "S", "Blue", "181"),
        122: ("SHIRT-M-BL", "M", "Blue", ""),
        123: ("SHIRT-XL-GW", "XL", "Green & White", "227"),
    }
)


def products() -> list[Json]:
    """The products of the book as the API shows them."""
    shirt = _product(SHIRT, "SHIRT", "Crew Shirt", "21.00", "200", virtual=False)
    return [
        shirt,
        *(
            _product(number, sku, name, price, weight, virtual=virtual)
            for number, sku, name, price, weight, virtual in GOODS
        ),
    ]


def variations_by_product() -> dict[int, list[Json]]:
    """Their variations."""
    return {
        SHIRT: [
            _product(number, sku, size, "21.00", weight, virtual=False)
            for number, (sku, size, _, weight) in SHIRTS.items()
        ]
    }


def _product(number: int, sku: str, name: str, price: str, weight: str, *, virtual: bool) -> Json:
    return {
        "id": number,
        "name": name,
        "sku": sku,
        "status": "publish",
        "virtual": virtual,
        "weight": weight,
        "price": price,
        "dimensions": {"length": "", "width": "", "height": ""},
        "images": [],
        "global_unique_id": "",
        "meta_data": [],
    }
