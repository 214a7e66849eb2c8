"""Orders that the wire can carry word for word: within every limit, composed, without characters
that XML or ShipStation refuses.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from decimal import Decimal

from hypothesis import strategies as st

from connectors.orders import (
    Address,
    Customer,
    Dimensions,
    ItemOption,
    LengthUnit,
    LineItem,
    Order,
    OrderStatus,
    Weight,
    WeightUnit,
)
from tests.strategies import countries, instants, pieces

_CHARACTERS = st.one_of(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"),
    st.sampled_from("\t\n]>&<\"'😀"),
)


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def tame(limit: int, smallest: int = 0) -> st.SearchStrategy[str]:
    """Text of at most `limit` UTF-16 units, often close to it."""
    short = st.text(_CHARACTERS, min_size=smallest, max_size=min(limit, 12))
    full = st.text(_CHARACTERS, min_size=1, max_size=4).map(
        lambda part: part * (limit // max(1, utf16(part)))
    )
    composed = st.one_of(short, full).map(lambda text: unicodedata.normalize("NFC", text))
    return composed.filter(lambda text: utf16(text) <= limit and len(text.strip()) >= smallest)


def _whole_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


minutes = instants.map(_whole_minute)
cents = st.integers(-999_999_999, 999_999_999).map(lambda number: Decimal(number).scaleb(-2))
measures = st.integers(1, 999_999_999).map(lambda number: Decimal(number).scaleb(-2))
identities = tame(50, 1).filter(
    lambda text: not set(text) & set("\t\n") and text == text.strip() and "  " not in text
)


def _address(email: st.SearchStrategy[str], phone: int = 50) -> st.SearchStrategy[Address]:
    return st.builds(
        Address,
        name=tame(100, 1),
        company=tame(100),
        line1=tame(200),
        line2=tame(200),
        city=tame(100),
        region=tame(100),
        postal_code=tame(50),
        country=countries,
        phone=tame(phone),
        email=email,
    )


@st.composite
def items(draw: st.DrawFn) -> LineItem:
    price = draw(cents)
    return LineItem(
        id=draw(identities),
        sku=draw(tame(50)),
        name=draw(tame(200, 1)),
        image_url=draw(
            st.sampled_from(
                (
                    "",
                    "https://shop.example.test/a.jpg?x=1&y=%20",
                    "http://münchen.example.test/ä.png",
                )
            )
        ),
        quantity=draw(pieces),
        unit_price=price,
        weight=draw(
            st.none() | st.builds(Weight, value=measures, unit=st.sampled_from(WeightUnit))
        ),
        location=draw(tame(100)),
        upc=draw(st.from_regex(r"\A[0-9]{0,12}\Z")),
        options=draw(
            st.lists(st.builds(ItemOption, name=tame(100), value=tame(100)), max_size=10).map(tuple)
        ),
        adjustment=price < 0 and draw(st.booleans()),
    )


tame_orders = st.builds(
    Order,
    id=identities,
    number=identities,
    placed_at=minutes,
    modified_at=minutes,
    status=st.sampled_from(OrderStatus),
    currency=st.sampled_from(("", "USD", "EUR")),
    total=cents,
    tax=cents,
    shipping=cents,
    shipping_method=tame(100),
    payment_method=tame(50),
    customer=st.builds(
        Customer,
        code=tame(50, 1),
        bill_to=_address(tame(100, 1), 50),
        ship_to=_address(st.just("")),
    ),
    items=st.lists(items(), max_size=3).map(tuple),
    customer_notes=tame(1000),
    internal_notes=tame(1000),
    gift=st.booleans(),
    gift_message=tame(1000),
    custom_fields=st.tuples(tame(100), tame(100), tame(100)),
    requested_warehouse=tame(100),
    source=tame(50),
    dimensions=st.none()
    | st.builds(
        Dimensions,
        length=measures,
        width=measures,
        height=measures,
        unit=st.sampled_from(LengthUnit),
    ),
)
