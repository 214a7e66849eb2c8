"""What Medusa's shop window needs: a region with taxes, shipping, a coupon and four articles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tests.real_shops.medusa.admin import Admin
from tests.real_shops.people import PEOPLE


class Terms(NamedTuple):
    """The ids of what an order needs: a region, a shipping option and a shipping profile."""

    region: str
    option: str
    profile: str


async def furnish_channel(admin: Admin, channel: str) -> Terms:
    """All but the articles."""
    countries = sorted({person.country.lower() for person in PEOPLE})
    region = await _make_region(admin, countries)
    zone = await _make_service_zone(admin, channel, countries)
    profile = await admin.create(
        "shipping-profiles", "shipping_profile", name="Parcels", type="default"
    )
    option = await _make_shipping_option(admin, zone, profile)
    await _make_promotion(admin)
    return Terms(region, option, profile)


async def _make_region(admin: Admin, countries: Sequence[str]) -> str:
    """With taxes."""
    region = await admin.create(
        "regions",
        "region",
        name="World",
        currency_code="eur",
        countries=countries,
        payment_providers=["pp_system_default"],
    )
    for country in countries:
        rate = {"name": "VAT", "code": "vat", "rate": 19}
        await admin.create(
            "tax-regions",
            "tax_region",
            country_code=country,
            provider_id="tp_system",
            default_tax_rate=rate,
        )
    return region


async def _make_service_zone(admin: Admin, channel: str, countries: Sequence[str]) -> str:
    """Where a stock location ships to."""
    place = await admin.create(
        "stock-locations",
        "stock_location",
        name="Hall",
        address={"address_1": "Dock 1", "country_code": "de"},
    )
    await admin.ask("POST", f"/admin/stock-locations/{place}/sales-channels", {"add": [channel]})
    await admin.ask(
        "POST",
        f"/admin/stock-locations/{place}/fulfillment-providers",
        {"add": ["manual_manual"]},
    )
    found = await admin.ask(
        "POST",
        f"/admin/stock-locations/{place}/fulfillment-sets?fields=*fulfillment_sets",
        {"name": "Post", "type": "shipping"},
    )
    zones = [{"type": "country", "country_code": country} for country in countries]
    found = await admin.ask(
        "POST",
        f"/admin/fulfillment-sets/{found['stock_location']['fulfillment_sets'][0]['id']}/service-zones",
        {"name": "World", "geo_zones": zones},
    )
    zone: str = found["fulfillment_set"]["service_zones"][0]["id"]
    return zone


async def _make_shipping_option(admin: Admin, zone: str, profile: str) -> str:
    return await admin.create(
        "shipping-options",
        "shipping_option",
        name="Standard post",
        service_zone_id=zone,
        shipping_profile_id=profile,
        provider_id="manual_manual",
        price_type="flat",
        type={"label": "Standard", "description": "By post", "code": "standard"},
        prices=[{"currency_code": "eur", "amount": 4.9}],
        rules=[],
    )


async def _make_promotion(admin: Admin) -> None:
    await admin.create(
        "promotions",
        "promotion",
        code="SUMMER10",
        type="standard",
        status="active",
        application_method={
            "type": "percentage",
            "target_type": "items",
            "allocation": "across",
            "value": 10,
        },
    )


async def make_articles(admin: Admin, channel: str, profile: str) -> list[str]:
    """Four of them; the ids of their variants."""
    articles = (
        ("SOCK", "Wool socks „Fluffy“", 13.75),
        ("MUG", "Mug <blue> & white", 8.9),
        ("TEA", "茶 Tea", 0.01),
        ("LAMP", "Lamp", 239.99),
    )
    variants = []
    for sku, name, price in articles:
        found = await admin.ask(
            "POST",
            "/admin/products",
            {
                "title": name,
                "status": "published",
                "shipping_profile_id": profile,
                "sales_channels": [{"id": channel}],
                "options": [{"title": "Size", "values": ["M"]}],
                "variants": [
                    {
                        "title": "M",
                        "sku": sku,
                        "manage_inventory": False,
                        "weight": 250,
                        "options": {"Size": "M"},
                        "prices": [{"currency_code": "eur", "amount": price}],
                    }
                ],
            },
        )
        variants.append(str(found["product"]["variants"][0]["id"]))
    return variants
