"""One buyer's way through Vendure's shop window."""

from __future__ import annotations

import random
from typing import Any

import aiohttp

from tests.real_shops.people import PEOPLE, Person
from tests.real_shops.vendure.endpoint import Endpoint


async def place_order(
    session: aiohttp.ClientSession,
    url: str,
    number: int,
    variants: list[str],
    chance: random.Random,
) -> None:
    """From the first article to the payment."""
    buyer, person = Endpoint(session, url, "/shop-api"), PEOPLE[number % len(PEOPLE)]

    def keep(response: aiohttp.ClientResponse) -> None:
        if token := response.headers.get("vendure-auth-token"):
            buyer.headers["Authorization"] = f"Bearer {token}"

    async def ask(query: str, **variables: Any) -> Any:
        return await buyer.ask(query, variables, notice=keep)

    failed = "... on ErrorResult { errorCode message }"
    for variant in variants:
        await ask(
            "mutation($id: ID!, $many: Int!) { addItemToOrder(productVariantId: $id,"
            f" quantity: $many) {{ __typename {failed} }} }}",
            id=variant,
            many=chance.randint(2, 4),
        )
    if number % 5 == 0:
        await ask(
            f'mutation {{ applyCouponCode(couponCode: "SUMMER10") {{ __typename {failed} }} }}'
        )
    await ask(
        "mutation($input: CreateCustomerInput!) { setCustomerForOrder(input: $input) {"
        f" __typename {failed} }} }}",
        input={
            "firstName": person.first,
            "lastName": person.last,
            "emailAddress": f"buyer{number}@example.test",
        },
    )
    await ask(
        "mutation($input: CreateAddressInput!) { setOrderShippingAddress(input: $input) {"
        f" __typename {failed} }} }}",
        input=_write_address(person),
    )
    await ask(
        f"mutation {{ setOrderShippingMethod(shippingMethodId: [1]) {{ __typename {failed} }} }}"
    )
    await ask(
        f'mutation {{ transitionOrderToState(state: "ArrangingPayment") {{ __typename {failed}'
        " } }"
    )
    await ask(
        'mutation { addPaymentToOrder(input: {method: "card", metadata: {}}) {'
        f" __typename {failed} }} }}"
    )


def _write_address(person: Person) -> dict[str, str]:
    return {
        "fullName": f"{person.first} {person.last}",
        "streetLine1": person.street,
        "city": person.city,
        "province": person.region,
        "postalCode": person.postal_code,
        "countryCode": person.country,
        "phoneNumber": "+49 30 1234",
    }
