"""A time at the end of the calendar sets its own order aside."""

from __future__ import annotations

import pytest

from tests.connectors.shopify.mapping.handwritten import order, rejected


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_of_change_that_is_none_in_utc_costs_one_order(time: str) -> None:
    assert rejected(order(updated_at=time)).startswith(
        "order: expected quantities, amounts and times of a reasonable size, found others"
    )
