from decimal import Decimal
from itertools import count

import msgspec
import pytest
from hypothesis import Phase, given, settings

from connectors.orders import Order
from proxy.doors.custom_store.errors import InvalidOrderError
from proxy.doors.custom_store.orders_xml import encode_order, frame_page
from proxy.doors.custom_store.values import make_alias
from proxy.simulator.account.exported_order import UnreadableOrderError, read_exported
from proxy.simulator.account.rows import OrderRow, encode_answer
from proxy.simulator.answers import Answer, ReceivedOrder, parse_page
from tests.builders import build_order
from tests.simulator.account.samples import ORDER, find_differences
from tests.simulator.account.stage import NOW
from tests.strategies import orders


def receive(order: Order) -> ReceivedOrder:
    """The order as it comes out of a page."""
    [received] = parse_page(Answer(status=200, body=frame_page([encode_order(order)], 1))).orders
    return received


def read(received: ReceivedOrder) -> OrderRow:
    return read_exported(
        received,
        order_id=1,
        order_key=received.key,
        status="awaiting_shipment",
        store_id=2,
        now=NOW,
        next_item_id=count(1).__next__,
    )


# Shrinking a whole order takes minutes; the order that fails is small enough to read.
@settings(max_examples=10, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(orders)
def test_whatever_portside_exports_the_account_can_import_and_show(order: Order) -> None:
    try:
        received = receive(order)
    except InvalidOrderError:
        return
    row = read(received)
    assert row.order_number == " ".join(order.number.split())
    assert row.ship_to.country == order.customer.ship_to.country
    assert [item.quantity for item in row.items] == [item.quantity for item in order.items]
    assert [item.line_item_key or "" for item in row.items] == [
        make_alias(item.id) for item in order.items
    ]
    assert abs(row.order_total - order.total) <= Decimal("0.01")
    shown = msgspec.json.decode(encode_answer(row))
    assert find_differences(shown, ORDER) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [(b"37.47", b"37,47"), (b"<Quantity>2", b"<Quantity>two"), (b"03/23/2026 21:09", b"soon")],
)
def test_an_order_with_a_field_that_is_none_is_refused_by_its_number(
    right: bytes, wrong: bytes
) -> None:
    received = receive(build_order())
    assert right in received.xml
    broken = msgspec.structs.replace(received, xml=received.xml.replace(right, wrong))
    with pytest.raises(UnreadableOrderError, match="order A-1001: "):
        read(broken)
