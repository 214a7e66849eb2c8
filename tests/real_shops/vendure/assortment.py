"""What Vendure's shop window needs: taxes, shipping, payment, a coupon and four articles."""

from __future__ import annotations

from typing import Any

from tests.real_shops.people import PEOPLE
from tests.real_shops.vendure.admin import Admin, translate


async def furnish_channel(admin: Admin) -> str:
    """Taxes, shipping, payment and a coupon; the id of the tax category."""
    countries = [
        await admin.create("Country", code=code, enabled=True, translations=translate(code))
        for code in sorted({p.country for p in PEOPLE})
    ]
    zone = await admin.create("Zone", name="World", memberIds=countries)
    await admin.ask(
        "mutation($zone: ID!) { updateChannel(input: {id: 1, defaultTaxZoneId: $zone,"
        " defaultShippingZoneId: $zone}) { __typename } }",
        {"zone": zone},
    )
    tax = await admin.create("TaxCategory", name="Standard", isDefault=True)
    await admin.create("TaxRate", name="VAT", enabled=True, value=19, categoryId=tax, zoneId=zone)
    await admin.create(
        "ShippingMethod",
        code="standard",
        fulfillmentHandler="manual-fulfillment",
        checker=_operation("default-shipping-eligibility-checker", orderMinimum="0"),
        calculator=_operation(
            "default-shipping-calculator", rate="490", includesTax="exclude", taxRate="19"
        ),
        translations=[{**each, "description": ""} for each in translate("Standard post")],
    )
    await admin.create(
        "PaymentMethod",
        code="card",
        enabled=True,
        handler=_operation("dummy-payment-handler", automaticSettle="true"),
        translations=translate("Card"),
    )
    await admin.create(
        "Promotion",
        enabled=True,
        couponCode="SUMMER10",
        conditions=[],
        actions=[_operation("order_percentage_discount", discount="10")],
        translations=translate("Ten off"),
    )
    return tax


async def make_articles(admin: Admin, tax: str) -> list[str]:
    """Four of them; the ids of their variants."""
    articles = (
        ("SOCK", "Wool socks „Fluffy“", 1375),
        ("MUG", "Mug <blue> & white", 890),
        ("TEA", "茶 Tea", 1),
        ("LAMP", "Lamp", 23999),
    )
    return [await _make_article(admin, tax, *each) for each in articles]


async def _make_article(admin: Admin, tax: str, sku: str, name: str, price: int) -> str:
    product = await admin.create(
        "Product",
        enabled=True,
        translations=[{**translate(name)[0], "slug": sku.lower(), "description": ""}],
    )
    options = [{"code": f"{sku.lower()}-m", "translations": translate("M")}]
    group = await admin.create(
        "ProductOptionGroup",
        code=f"{sku.lower()}-size",
        translations=translate("Size"),
        options=options,
    )
    found = await admin.ask(
        "mutation($product: ID!, $group: ID!) { addOptionGroupToProduct(productId: $product,"
        " optionGroupId: $group) { optionGroups { options { id } } } }",
        {"product": product, "group": group},
    )
    option = found["addOptionGroupToProduct"]["optionGroups"][0]["options"][0]["id"]
    made = {
        "productId": product,
        "sku": sku,
        "price": price,
        "taxCategoryId": tax,
        "stockOnHand": 10_000,
        "optionIds": [option],
        "translations": translate(f"{name} M"),
    }
    return await _make_variant(admin, made)


async def _make_variant(admin: Admin, made: dict[str, Any]) -> str:
    found = await admin.ask(
        "mutation($input: [CreateProductVariantInput!]!) { createProductVariants(input:"
        " $input) { id } }",
        {"input": [made]},
    )
    variant: str = found["createProductVariants"][0]["id"]
    return variant


def _operation(code: str, **arguments: str) -> dict[str, Any]:
    return {
        "code": code,
        "arguments": [{"name": name, "value": value} for name, value in arguments.items()],
    }
