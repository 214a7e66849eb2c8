"""A tax number that the shop keeps in a field of its own stands in ShipStation's XML where the
store says, whatever the platform.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree

from connectors.interface import ConnectorSettings
from connectors.orders import Order
from proxy.export.preparation import prepare_new
from proxy.settings.store import StoreSettings
from tests.connectors.what_goes_out.cells import Example, Word, load_table
from tests.connectors.what_goes_out.readers import read_example

_NOW = datetime(2026, 3, 3, tzinfo=UTC)
_STORE = StoreSettings.model_validate(
    {
        "credentials": ({"username": "u", "password": "p"},),
        "connector": ConnectorSettings(type="book"),
        "tax_ids": "custom_field_2",
    }
)


@pytest.mark.parametrize(
    ("platform", "changes"),
    [
        ("woocommerce", {"meta_data": [{"key": "_billing_vat_number", "value": "DE1"}]}),
        ("magento", {"billing_address": {"vat_id": "DE1"}}),
        ("magento", {"customer_taxvat": "DE1"}),
        ("prestashop", {"addresses": {"5": {"vat_number": "", "dni": "DE1"}}}),
        ("shopware", {"orderCustomer": {"vatIds": ["DE1"]}}),
        ("ecwid", {"customerTaxId": "", "customerFiscalCode": "DE1"}),
        # Ecwid leaves the billing address out where it is the other one.
        ("ecwid", {"customerTaxId": "DE1", "billingPerson": None}),
    ],
)
async def test_a_tax_number_goes_out_in_the_field_that_the_store_names(
    platform: str, changes: dict[str, Any]
) -> None:
    entry = read_example(load_table()[platform], Example(says=Word.PARCEL, order=changes))
    assert isinstance(entry, Order)
    (ready,) = (await prepare_new(entry, _STORE, _NOW)).ready
    assert etree.fromstring(ready.xml).findtext("CustomField2") == "DE1"
