"""A notice that could not be read is kept without its buyer: what names the parcel is shown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.doors.custom_store.shipnotice.masking import MOST_KEPT, mask_body, mask_query

SHOWN = ("OrderID", "OrderNumber", "TrackingNumber", "Carrier", "LineItemID", "SKU", "Quantity")
HIDDEN = ("Name", "Address1", "CustomerNotes", "CustomerCode", "CustomField1", "Email", "Anything")


@pytest.mark.parametrize(
    ("body", "masked"),
    [
        (
            (
                b'<?xml version="1.0"?>\n<ShipNotice a="Ada"><OrderNumber>1001</OrderNumber>'
                b"<Recipient><Name>Ada</Name><City/></Recipient>"
            ),
            (
                '<?xml version="1.0"?>\n<ShipNotice …><OrderNumber>1001</OrderNumber>'
                "<Recipient><Name>(3 characters)</Name><City/></Recipient>"
            ),
        ),
        (b"<OrderNumber>1001</OrderNumber>Ada", "<OrderNumber>1001</OrderNumber>(3 characters)"),
        (b"<SKU><![CDATA[A&B]]></SKU>", "<SKU><![CDATA[A&B]]></SKU>"),
        (b"<Name><![CDATA[Ada]]></Name>", "<Name><![CDATA[(3 characters)]]></Name>"),
        (b"<SKU>A<!-- Ada --></SKU>", "<SKU>A<(11 characters)></SKU>"),
        (b"<Name>Ada <Lovelace", "<Name>(4 characters)<(8 characters)>"),
        (b"<!DOCTYPE Ada>", "<(13 characters)>"),
        (b"<OrderNumber>" + b"x" * 61, "<OrderNumber>(61 characters)"),
        (b"<x:SKU>A</x:SKU>", "<x:SKU>A</x:SKU>"),
        ("<SKU>Ä</SKU>".encode("utf-16"), "<SKU>Ä</SKU>"),
        (b"<SKU>\x00\xff</SKU>", "<SKU>\ufffd\ufffd</SKU>"),
        (b"order_number=1001&name=Ada", "order_number=1001&name=…"),
        (b'{"name": "Ada"}', "(15 characters)"),
        (b"", ""),
    ],
)
def test_the_form_and_the_parcel_of_a_body_are_shown_and_nothing_else(
    body: bytes, masked: str
) -> None:
    assert mask_body(body) == masked


def test_no_login_and_no_unknown_value_of_a_query_is_shown() -> None:
    query = {"action": "shipnotify", "order_number": "1", "SS-Password": "pw", "x": "Ada", "<": "y"}
    assert mask_query(query) == "action=shipnotify&order_number=1&SS-Password=…&x=…&…=…"


@pytest.mark.parametrize(
    "body", [b"<a>" + b"x<" * 40_000, b"<SKU>1</SKU>" * 20_000, b"<!--" * 60_000, b"{" * 99_999]
)
def test_of_a_large_body_little_is_kept(body: bytes) -> None:
    masked = mask_body(body)
    assert len(masked) <= MOST_KEPT
    assert masked.endswith("…")


SECRET = "Zzyzx"
PIECES = st.one_of(
    st.sampled_from(SHOWN).map(lambda name: f"<{name}>17</{name}>"),
    st.sampled_from(SHOWN).map(lambda name: f"<{name}"),
    st.sampled_from(SHOWN).map(lambda name: f"</{name}> {SECRET}"),
    st.sampled_from(HIDDEN).map(lambda name: f"<{name}>{SECRET}</{name}>"),
    st.sampled_from(HIDDEN).map(lambda name: f"<{name} x='{SECRET}'>{SECRET}"),
    st.sampled_from(
        (f"<!-- {SECRET} -->", f"<![CDATA[{SECRET}]]>", f"<?{SECRET}?>", "<", ">", "&")
    ),
)


@given(st.lists(PIECES, max_size=12), st.integers(0, 30))
def test_what_may_be_the_buyers_is_never_shown_wherever_the_body_breaks(
    pieces: list[str], cut: int
) -> None:
    body = "<ShipNotice>" + "<b/>".join(pieces)
    masked = mask_body(body[: len(body) - cut].encode())
    assert SECRET not in masked
    assert re.search(r"[Zz]{2}", masked) is None
