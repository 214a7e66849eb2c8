"""GraphQL documents for what a store's own expressions look up in products and customers.

Fields are asked for under their names in REST, which expressions use for orders too. Written for
2025-01 and later.
"""

from __future__ import annotations

from collections.abc import Mapping

_METAFIELDS = "metafields(first: 20) { nodes { namespace key value } }"
_PRODUCT = {
    "id": "id",
    "title": "title",
    "handle": "handle",
    "vendor": "vendor",
    "product_type": "product_type: productType",
    "status": "status",
    "tags": "tags",
    "created_at": "created_at: createdAt",
    "metafields": _METAFIELDS,
}
_VARIANT = {
    "id": "id",
    "title": "title",
    "sku": "sku",
    "barcode": "barcode",
    "price": "price",
    "metafields": _METAFIELDS,
}
_CUSTOMER = {
    "note": "note",
    "tags": "tags",
    "state": "state",
    "locale": "locale",
    "tax_exempt": "tax_exempt: taxExempt",
    "verified_email": "verified_email: verifiedEmail",
    "orders_count": "orders_count: numberOfOrders",
    "total_spent": "total_spent: amountSpent { amount currency_code: currencyCode }",
    "created_at": "created_at: createdAt",
    "metafields": _METAFIELDS,
}

Names = frozenset[str] | None


def build_variants_query(product: Names, variant: Names) -> str:
    """Variants by their ids with these fields of their own and of their products, None for all;
    empty where there is nothing to ask for.
    """
    of_product, own = _select(_PRODUCT, product), _select(_VARIANT, variant)
    wanted = f"{own} {of_product and f'product {{ {of_product} }}'}".strip()
    return _build("ProductVariant", wanted)


def build_customers_query(customer: Names) -> str:
    """Customers by their ids with these fields, None for all; empty where there is nothing to ask
    for: orders have their customers' names and addresses already.
    """
    return _build("Customer", _select(_CUSTOMER, customer))


def _select(known: Mapping[str, str], names: Names) -> str:
    return " ".join(field for name, field in known.items() if names is None or name in names)


def _build(kind: str, wanted: str) -> str:
    if not wanted:
        return ""
    node = f"... on {kind} {{ {wanted} }}"
    return f"query {kind}Details($ids: [ID!]!) {{ nodes(ids: $ids) {{ {node} }} }}"
