"""Shipment notices that cannot be understood, or mean harm, are refused."""

from __future__ import annotations

import tracemalloc

import pytest

from proxy.doors.custom_store.errors import WireError
from proxy.doors.custom_store.requests import parse_notify
from proxy.doors.custom_store.shipnotice.document import MAX_BODY
from tests.doors.custom_store.notices import QUERY, build_items, build_notice


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (
            build_items(""),
            r"Items/Item\[1\]/Quantity: expected a whole number from 1 to 99999, found nothing",
        ),
        (build_items("<SKU>A</SKU>"), r"Item\[1\]/Quantity: .* found nothing"),
        (
            build_items("<SKU>A</SKU><Quantity>0</Quantity>", "<SKU>B</SKU><Quantity>0</Quantity>"),
            r"Item\[1\]/Quantity: .* found only 0",
        ),
        (build_items("<SKU>A</SKU><Quantity>-1</Quantity>"), "found '-1'"),
        (build_items("<SKU>A</SKU><Quantity>1.5</Quantity>"), "found '1.5'"),
        (build_items("<SKU>A</SKU><Quantity>100000</Quantity>"), "found '100000'"),
        (build_items("<SKU>A</SKU><Quantity>1e3</Quantity>"), "found '1e3'"),
        (build_items("<SKU>A</SKU><Quantity>two</Quantity>"), "found 'two'"),
        (build_items("<SKU>A</SKU><Quantity>٣</Quantity>"), "found '٣'"),
        (
            build_items("<Quantity>1</Quantity>"),
            r"Item\[1\]: expected a LineItemID, SKU or Name, found none",
        ),
        (
            build_items("<SKU>A</SKU><Quantity>1</Quantity><Quantity>2</Quantity>"),
            "Quantity: expected one value, found 2",
        ),
        (
            build_notice("<Items><Line><SKU>A</SKU></Line></Items>"),
            "expected Item elements and nothing else",
        ),
        (build_notice("<Items>A x 2</Items>"), "expected Item elements and nothing else"),
        (
            build_notice("<OrderID>1</OrderID><OrderID>2</OrderID>"),
            "ShipNotice/OrderID: expected one value, found 2 different ones",
        ),
        (
            build_notice("<OrderID>1<b/>2</OrderID>"),
            "ShipNotice/OrderID: expected text, found elements",
        ),
        (
            build_notice(f"<OrderID>{'9' * 51}</OrderID>"),
            "OrderID: expected at most 50 printable characters, found 51",
        ),
        (b"<ShipNotice", "expected well-formed XML"),
        (b"<ShipNotice><OrderNumber>ABC123</OrderNumber>", "expected well-formed XML"),
        (build_notice("<Items><Item>").replace(b"</ShipNotice>", b""), "expected well-formed XML"),
        (b"<ShipNotice>&nbsp;</ShipNotice>", "expected well-formed XML"),
        (b"<ShipNotice>\xff</ShipNotice>", "expected well-formed XML"),
        (b"<ShipNotice>\x00</ShipNotice>", "expected well-formed XML"),
        (b"\x00", "expected well-formed XML"),
        (b"order_number=1&sku=A", "expected items in a ShipNotice, found 'sku' in a form"),
        (b'{"order": 1}', "expected well-formed XML"),
        (b"<html><body>Hello</body></html>", "expected the root element ShipNotice, found 'html'"),
        (b"<Orders/>", "expected the root element ShipNotice, found 'Orders'"),
        (b'<?xml version="1.0" encoding="utf-32"?><ShipNotice/>', "expected well-formed XML"),
        (b'<?xml version="1.0" encoding="no-such"?><ShipNotice/>', "expected well-formed XML"),
    ],
)
def test_a_body_that_cannot_be_understood_is_refused_and_never_means_the_whole_order(
    body: bytes, complaint: str
) -> None:
    with pytest.raises(WireError, match=complaint) as caught:
        parse_notify(QUERY, body)
    assert caught.value.status == 400


A = "<SKU>A</SKU><Quantity>1</Quantity>"


@pytest.mark.parametrize(
    ("inner", "place"),
    [
        (f"<Item>{A}</Item>", "ShipNotice/Item"),
        (f"<Items/><Item>{A}</Item>", "ShipNotice/Item"),
        (f"<Items><Item>{A}</Item></Items><item>{A}</item>", "ShipNotice/item"),
        (f"<Order><Items><Item>{A}</Item></Items></Order>", "ShipNotice/Order/Items"),
        ("<Order><ITEMS/></Order>", "ShipNotice/Order/ITEMS"),
        (f"<Itemss><Item>{A}</Item></Itemss>", "ShipNotice/Itemss/Item"),
        (
            f'<Recipient><x:Items xmlns:x="urn:x"><x:Item>{A}</x:Item></x:Items></Recipient>',
            "ShipNotice/Recipient/Items",
        ),
        (f"<Items><Item>{A}<Item>{A}</Item></Item></Items>", "ShipNotice/Items/Item/Item"),
        (f"<Lines><Line>{A}</Line></Lines>", "ShipNotice/Lines/Line/SKU"),
        ("<LineItemID>7</LineItemID>", "ShipNotice/LineItemID"),
    ],
)
def test_items_where_none_are_read_are_refused_and_never_mean_the_whole_order(
    inner: str, place: str
) -> None:
    with pytest.raises(WireError) as caught:
        parse_notify(QUERY, build_notice(inner))
    assert str(caught.value).startswith(f"{place}: expected ")
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "inner",
    ["SKU A, 1 piece", "<OrderNumber>1</OrderNumber>SKU A", "<![CDATA[<Items><Item/></Items>]]>"],
)
def test_loose_text_is_refused_and_never_means_the_whole_order(inner: str) -> None:
    with pytest.raises(WireError, match="found loose text") as caught:
        parse_notify(QUERY, build_notice(inner))
    assert caught.value.status == 400


LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b'
    b' "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><ShipNotice><OrderID>&b;</OrderID></ShipNotice>'
)


@pytest.mark.parametrize(
    "body",
    [
        LAUGHS,
        (
            b"<!DOCTYPE s [<!ENTITY x SYSTEM"
            b' "file:///etc/passwd">]><ShipNotice><OrderID>&x;</OrderID></ShipNotice>'
        ),
        b'<!DOCTYPE s SYSTEM "http://127.0.0.1:9/x.dtd"><ShipNotice/>',
        b"<!DOCTYPE ShipNotice><ShipNotice/>",
        LAUGHS.decode().encode("utf-16"),
        b'<?xml version="1.0" encoding="utf-16"?>' + LAUGHS,
    ],
)
def test_a_body_with_a_document_type_is_refused(body: bytes) -> None:
    with pytest.raises(
        WireError, match="expected XML without a document type or entities of its own"
    ):
        parse_notify(QUERY, body)


@pytest.mark.parametrize(
    "body",
    [
        b"<a>" * (MAX_BODY // 3),
        b"<ShipNotice>" + b"<Items>" * 30_000,
        b"<ShipNotice>" + b"<a>" * 17 + b"</a>" * 17 + b"</ShipNotice>",
        b"<ShipNotice "
        + b" ".join(b'a%d="%s"' % (n, b"x" * 50) for n in range(3500))
        + b"></ShipNotice",
        b"<" + b"x" * (MAX_BODY - 2) + b">",
        build_notice("<OrderID>" + "&#65;" * 40_000 + "</OrderID>"),
        build_notice("<a/>" * 60_000 + "<OrderID>1</OrderID><OrderID>2</OrderID>"),
        b"<ShipNotice><![CDATA[" + b"]" * 200_000,
        b"<!--" + b"-" * 200_000,
        b"<?x " + b"?" * 200_000,
    ],
)
def test_a_hostile_body_is_refused_without_growing(body: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(WireError):
        parse_notify(QUERY, body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 * 1024 * 1024


def test_a_body_over_the_cap_is_too_large_whatever_it_says() -> None:
    with pytest.raises(WireError, match="expected at most 262144 bytes, found 262145") as caught:
        parse_notify(QUERY, b"<ShipNotice/>" + b" " * (MAX_BODY - 12))
    assert caught.value.status == 413


@pytest.mark.parametrize(
    "query", [{}, {"order_number": "  "}, {"action": "shipnotify", "carrier": "UPS"}]
)
def test_a_notice_that_names_no_order_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(
        WireError, match="order_number: expected the number of the order that was shipped"
    ):
        parse_notify(query, b"<ShipNotice/>")


@pytest.mark.parametrize("number", ["a\x00b", "a\tb", "x" * 51, "a\ud800"])
def test_an_order_number_that_was_never_exported_is_refused(number: str) -> None:
    with pytest.raises(WireError, match="OrderNumber: expected at most 50 printable characters"):
        parse_notify({**QUERY, "order_number": number}, b"")
