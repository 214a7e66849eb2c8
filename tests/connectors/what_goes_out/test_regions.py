"""A region that a shop gives as a code, or as code and name, is written as carriers take it,
whatever the platform.
"""

from __future__ import annotations

from typing import Any

import pytest

from connectors.orders import Order
from tests.connectors.what_goes_out.cells import Example, Word, load_table
from tests.connectors.what_goes_out.readers import read_example


@pytest.mark.parametrize(
    ("platform", "changes"),
    [
        (
            "shopify",
            {
                "shipping_address": {
                    "province_code": "B",
                    "province": "Barcelona",
                    "country_code": "ES",
                }
            },
        ),
        (
            "shopify_graphql",
            {
                "shippingAddress": {
                    "provinceCode": "B",
                    "province": "Barcelona",
                    "countryCodeV2": "ES",
                }
            },
        ),
        ("woocommerce", {"shipping": {"state": "B", "country": "ES"}}),
        (
            "magento",
            {
                "extension_attributes": {"shipping_assignments": []},
                "billing_address": {"region_code": "B", "region": "Barcelona", "country_id": "ES"},
            },
        ),
        (
            "ecwid",
            {
                "shippingPerson": {
                    "stateOrProvinceCode": "B",
                    "stateOrProvinceName": "Barcelona",
                    "countryCode": "ES",
                }
            },
        ),
        (
            "shopware",
            {
                "deliveries": [],
                "billingAddress": {
                    "countryState": {"shortCode": "ES-B", "name": "Barcelona"},
                    "country": {"iso": "ES"},
                },
            },
        ),
        (
            "prestashop",
            {
                "addresses": {
                    "5": {"region": {"code": "ES-B", "name": "Barcelona"}, "country": "ES"}
                }
            },
        ),
        ("medusa", {"shipping_address": {"province": "es-b", "country_code": "es"}}),
        ("medusa", {"shipping_address": {"province": "Barcelona", "country_code": "es"}}),
        (
            "solidus",
            {
                "ship_address": {
                    "state": {"abbr": "B", "name": "Barcelona"},
                    "country_iso": "ES",
                }
            },
        ),
        (
            "spree",
            {
                "shipping_address": {
                    "state_abbr": "B",
                    "state_name": "Barcelona",
                    "country_iso": "ES",
                }
            },
        ),
        (
            "commercetools",
            {"shippingAddress": {"state": "Barcelona", "region": "Catalunya", "country": "ES"}},
        ),
        ("saleor", {"shippingAddress": {"countryArea": "B", "country": {"code": "ES"}}}),
        ("vendure", {"shippingAddress": {"province": "ES-B", "countryCode": "ES"}}),
    ],
)
def test_nobody_has_to_read_a_code_where_carriers_take_names(
    platform: str, changes: dict[str, Any]
) -> None:
    entry = read_example(load_table()[platform], Example(says=Word.PARCEL, order=changes))
    assert isinstance(entry, Order), entry
    assert entry.customer.ship_to.region == "Barcelona"
