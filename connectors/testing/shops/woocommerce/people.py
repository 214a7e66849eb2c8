"""Invented people of all alphabets, where they live, and the customers of a fake shop."""

from __future__ import annotations

from random import Random
from typing import Any

from aiohttp import web

from connectors.testing.shops.woocommerce.answers import ids_of, page_of, pick, show

Json = dict[str, Any]

_PEOPLE = (
    *(
        ("Ada", "Müller"),
        ("José", "García Ñuñez"),
        ("Siân", "O'Brien"),
        ("李", "小龍"),
        ("Zoë", "van der Berg"),
        ("Þóra", "Jónsdóttir"),
    ),
    *(
        ("Amir", "حسین"),
        ("Ines", "São João"),
        ("Bob", "Smith"),
        ("Анна", "Иванова"),
        ("", "Cher"),
        ("Emoji 😀", "User"),
        ("Jan & Eva", "Novák"),
    ),
)
_PLACES = (
    *(
        ("1 Harbour Road", "Portland", "OR", "97201", "US"),
        ("Rosenweg 7", "Köln", "", "50667", "DE"),
        ("12 Rue de l'Église", "Lyon", "", "69001", "FR"),
    ),
    *(
        ("5 Baker St", "London", "", "NW1 6XE", "GB"),
        ("神南1-2-3", "渋谷区", "JP13", "150-0041", "JP"),
        ("77 Bay St", "Toronto", "ON", "M5J 2S1", "CA"),
    ),
    *(
        ("9 Rodeo Dr", "Austin", "TX", "73301", "US"),
        ("Calle Mayor 3", "Madrid", "M", "28013", "ES"),
        ("2 George St", "Sydney", "NSW", "2000", "AU"),
    ),
)


def invent_address(chance: Random) -> Json:
    """Somebody at some place, as an order of the API shows them."""
    first, last = chance.choice(_PEOPLE)
    street, city, region, code, country = chance.choice(_PLACES)
    return {
        "first_name": first,
        "last_name": last,
        "company": chance.choice(("", "", "Müller & Sons")),
        "address_1": street,
        "address_2": "",
        "city": city,
        "state": region,
        "postcode": code,
        "country": country,
        "phone": chance.choice(("", "+1 503 555 0100")),
    }


class Customers:
    """The customers that a fake shop was given, by id, as the API shows them."""

    def __init__(self) -> None:
        self.known: dict[int, Json] = {}

    async def list_all(self, request: web.Request) -> web.Response:
        """`GET /customers`."""
        wanted = ids_of(request)
        rows = [one for number, one in self.known.items() if not wanted or number in wanted]
        page = page_of(request, rows)
        if isinstance(page, web.Response):
            return page
        shown, headers = page
        return show([pick(one, request.query.get("_fields")) for one in shown], headers=headers)
