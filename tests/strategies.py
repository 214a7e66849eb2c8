"""Hypothesis strategies for domain types, with the text that breaks XML, lengths and labels in the
field.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st

from connectors.orders import (
    Address,
    Customer,
    Dimensions,
    Fulfillment,
    ItemOption,
    LengthUnit,
    LineItem,
    Order,
    OrderStatus,
    Weight,
    WeightUnit,
    Window,
)
from connectors.shipments import Shipment, ShippedItem

# Each has spoiled somebody's page, label or packing slip.
NASTY = (
    "]]>",
    "<![CDATA[",
    "&amp; <br> &#39;",
    "\x00",
    "\x0b",
    "\x1f",
    "\x7f",
    "\x85",
    "\x92",
    "\ufffe",
    "\uffff",
    "\ud800",
    "\udfff",
    "\ud83d\ude00",
    "\r\n",
    "\r",
    "\t",
    "\u00a0",
    "e\u0301",
    "a\u0323\u0307",
    "👩‍👩‍👧‍👦",
    "🏳️‍🌈",
    "🇩🇪🇫🇷",
    "👍🏽",
    "שלום",
    "\u202eabc\u202c",
    "日本語",
    "ﬁ",
    "\ufeff",
    "Å",
)

nasty_text = st.lists(
    st.one_of(st.sampled_from(NASTY), st.text(max_size=8), st.text(alphabet="aé😀 ", max_size=60)),
    max_size=12,
).map("".join)
plain_text = st.text(alphabet="abcdefghijklmnopqrstuvwxyz ABC'-.0123456789", max_size=40)
texts = st.one_of(st.just(""), plain_text, nasty_text)
long_texts = st.one_of(
    texts, st.builds(lambda part, times: part * times, nasty_text, st.integers(1, 40))
)
identities = st.text(
    alphabet="abcdefghijABCDEFGHIJ0123456789-_#. ÄÖ", min_size=1, max_size=50
).filter(lambda text: bool(text.strip()))
instants = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds must be naive
money = st.decimals(
    Decimal("-9999999.99"), Decimal("9999999.99"), allow_nan=False, allow_infinity=False
)
countries = st.sampled_from(("US", "CA", "DE", "GB", "JP", "NZ"))
pieces = st.integers(1, 99_999)
sizes = st.decimals(Decimal("0.01"), Decimal(5000), places=3)


def addresses(country: st.SearchStrategy[str] = countries) -> st.SearchStrategy[Address]:
    """An address of nasty text; `country` is sane unless the test says otherwise."""
    return st.builds(
        Address,
        name=texts,
        company=texts,
        line1=texts,
        line2=texts,
        city=texts,
        region=texts,
        postal_code=texts,
        country=country,
        phone=texts,
        email=st.one_of(st.just(""), st.emails(), texts),
    )


weights = st.builds(Weight, value=sizes, unit=st.sampled_from(WeightUnit))
options = st.builds(ItemOption, name=texts, value=long_texts)
links = st.one_of(
    st.just(""),
    st.just("https://shop.example.test/a%20b.jpg"),
    texts.map("https://shop.example.test/".__add__),
)
items = st.builds(
    LineItem,
    id=identities,
    sku=texts,
    name=long_texts,
    image_url=links,
    quantity=pieces,
    unit_price=money,
    weight=st.none() | weights,
    location=texts,
    upc=st.one_of(st.just(""), st.from_regex(r"\A[0-9]{8,14}\Z"), texts),
    options=st.lists(options, max_size=13).map(tuple),
    adjustment=st.booleans(),
    fulfillment=st.sampled_from(Fulfillment),
)
customers = st.builds(
    Customer, code=texts, bill_to=addresses(countries | st.just("")), ship_to=addresses()
)
dimensions = st.builds(
    Dimensions, length=sizes, width=sizes, height=sizes, unit=st.sampled_from(LengthUnit)
)
orders = st.builds(
    Order,
    id=identities,
    number=identities,
    placed_at=instants,
    modified_at=instants,
    status=st.sampled_from(OrderStatus),
    shop_status=texts,
    status_known=st.booleans(),
    currency=st.sampled_from(("", "USD", "EUR", "JPY", "usd", "€")),
    total=money,
    tax=money,
    shipping=money,
    shipping_method=long_texts,
    payment_method=long_texts,
    customer=customers,
    items=st.lists(items, max_size=4).map(tuple),
    customer_notes=long_texts,
    internal_notes=long_texts,
    gift=st.booleans(),
    gift_message=long_texts,
    custom_fields=st.lists(texts, max_size=3).map(tuple),
    requested_warehouse=texts,
    source=texts,
    tags=st.lists(plain_text, max_size=3).map(tuple),
    dimensions=st.none() | dimensions,
)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """Two times in order."""
    start, end = sorted((draw(instants), draw(instants)))
    return Window(start=start, end=end)


shipped_items = st.builds(
    ShippedItem, line_id=identities, sku=plain_text, name=plain_text, quantity=pieces
)
shipments = st.builds(
    Shipment,
    order_id=identities,
    order_number=identities,
    carrier=st.sampled_from(("USPS", "UPS", "FedEx", "DHL", "Other", "RoyalMail", "")),
    service=plain_text,
    tracking_number=st.one_of(st.just(""), identities),
    shipped_on=st.none()
    | st.dates(datetime(2000, 1, 1, tzinfo=UTC).date(), datetime(2099, 12, 31, tzinfo=UTC).date()),
    label_created_at=st.none() | instants,
    cost=st.none() | st.decimals(0, 9999, places=2),
    recipient=st.none() | addresses(),
    items=st.lists(shipped_items, max_size=4).map(tuple),
    notify_customer=st.booleans(),
    customer_code=plain_text,
    customer_notes=plain_text,
    internal_notes=plain_text,
    notes_to_customer=plain_text,
    custom_fields=st.lists(plain_text, max_size=3).map(tuple),
    requested_warehouse=plain_text,
)
