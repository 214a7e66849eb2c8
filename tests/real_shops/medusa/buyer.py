"""One buyer's way through Medusa's shop window."""

from __future__ import annotations

import random

from tests.real_shops.machine import Api
from tests.real_shops.medusa.assortment import Terms
from tests.real_shops.people import PEOPLE


async def place_order(
    store: Api, terms: Terms, number: int, variants: list[str], chance: random.Random
) -> str:
    """The new order's id."""
    person = PEOPLE[number % len(PEOPLE)]
    address = {
        "first_name": person.first,
        "last_name": person.last,
        "address_1": person.street,
        "city": person.city,
        "province": person.region,
        "postal_code": person.postal_code,
        "country_code": person.country.lower(),
        "phone": "+49 30 1234",
    }
    cart = {
        "region_id": terms.region,
        "email": f"buyer{number}@example.test",
        "shipping_address": address,
        "billing_address": address,
        "items": [
            {"variant_id": variant, "quantity": chance.randint(2, 4)} for variant in variants
        ],
        "promo_codes": ["SUMMER10"] if number % 5 == 0 else [],
    }
    cart_id = (await store.ask("POST", "/store/carts", cart))["cart"]["id"]
    await store.ask("POST", f"/store/carts/{cart_id}/shipping-methods", {"option_id": terms.option})
    found = await store.ask("POST", "/store/payment-collections", {"cart_id": cart_id})
    await store.ask(
        "POST",
        f"/store/payment-collections/{found['payment_collection']['id']}/payment-sessions",
        {"provider_id": "pp_system_default"},
    )
    done = await store.ask("POST", f"/store/carts/{cart_id}/complete", {})
    order_id: str = done["order"]["id"]
    return order_id
