"""Each document that Portside sends to Shopify is valid, and nothing in it deprecated, in every
version of the Admin API that is served.
"""

from __future__ import annotations

from itertools import product

import pytest

from connectors.shopify.api import details, queries
from connectors.shopify.settings import DEFAULT_API_VERSION
from tests.connectors.shopify.fake.schema import find_faults, find_variable_faults
from tests.supply.shopify_schemas import list_versions

SIDES = ("shop", "presentment")
BUILDERS = (
    queries.build_orders_query,
    queries.build_orders_by_id_query,
    queries.build_more_lines_query,
    queries.build_more_shipping_query,
)
DOCUMENTS = {
    **{
        name: text
        for name, text in vars(queries).items()
        if isinstance(text, str) and text.startswith(("query", "mutation"))
    },
    **{
        f"{build.__name__} {side}": build(side)  # type: ignore[arg-type]
        for build, side in product(BUILDERS, SIDES)
    },
    "variants": details.build_variants_query(None, None),
    "customers": details.build_customers_query(None),
}


def test_all_documents_are_here() -> None:
    builders = {name for name in (*vars(queries), *vars(details)) if name.startswith("build_")}
    ours = {build.__name__ for build in BUILDERS}
    assert builders == ours | {"build_variants_query", "build_customers_query"}
    assert len(DOCUMENTS) > 25


@pytest.mark.parametrize("version", list_versions())
def test_every_document_is_valid_in_each_version_that_is_served(version: str) -> None:
    found = {name: find_faults(text, version) for name, text in DOCUMENTS.items()}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_the_version_that_is_asked_for_is_the_newest_whose_schema_we_hold() -> None:
    assert list_versions()[-1] == DEFAULT_API_VERSION


def test_a_field_that_is_gone_or_deprecated_is_a_fault() -> None:
    renamed = queries.STATES.replace("displayFulfillmentStatus", "fulfilmentStatus")
    (fault,) = find_faults(renamed, DEFAULT_API_VERSION)
    assert "Cannot query field 'fulfilmentStatus' on type 'Order'" in fault
    old = queries.STATES.replace("displayFulfillmentStatus", "totalPrice")
    (fault,) = find_faults(old, DEFAULT_API_VERSION)
    assert "The field Order.totalPrice is deprecated" in fault
    (fault,) = find_variable_faults(queries.CANCEL, {"id": None})
    assert "Expected value of non-null type 'ID!'" in fault
