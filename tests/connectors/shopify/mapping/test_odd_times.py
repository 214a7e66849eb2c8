"""A time at the end of the calendar sets its own order aside."""

from __future__ import annotations

import pytest

from tests.connectors.shopify.mapping.handwritten import order, rejected


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
@pytest.mark.parametrize("field", ["processed_at", "updated_at"])
def test_a_time_that_is_none_in_utc_costs_one_order(field: str, time: str) -> None:
    assert rejected(order(**{field: time})).startswith(
        "order: expected quantities, amounts and times of a reasonable size, found others"
    )
