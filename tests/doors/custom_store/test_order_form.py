"""The elements of an order are filled in again for the next one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.orders import Order
from proxy.doors.custom_store.errors import InvalidOrderError
from proxy.doors.custom_store.orders_xml import encode_in_steps, encode_order
from tests.builders import build_item, build_order
from tests.strategies import orders


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(st.lists(orders, min_size=2, max_size=3), st.booleans())
def test_nothing_of_an_order_is_left_in_the_next(found: list[Order], dimensions: bool) -> None:  # noqa: FBT001 -- hypothesis draws it
    in_turn = [_encode(order, dimensions=dimensions) for order in found]
    # A thread has no form before its first order.
    for order, sent in zip(found, in_turn, strict=True):
        with ThreadPoolExecutor(1) as fresh:
            assert fresh.submit(_encode, order, dimensions=dimensions).result() == sent


def test_orders_that_are_encoded_in_turns_have_forms_of_their_own() -> None:
    large = build_order(items=tuple(build_item(id=str(number)) for number in range(120)))
    alone = encode_order(large)
    steps = encode_in_steps(large)
    next(steps)
    small = encode_order(build_order(customer_notes="another order's"))
    assert b"another order's" in small
    next(steps)
    with pytest.raises(StopIteration) as end:
        next(steps)
    assert end.value.value == alone


def _encode(order: Order, *, dimensions: bool) -> bytes | tuple[str, str, str]:
    try:
        return encode_order(order, dimensions=dimensions)
    except InvalidOrderError as error:
        return error.field, error.rule, error.reason
