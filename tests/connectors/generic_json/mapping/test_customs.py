"""What customs ask for of a line is read where the map says."""

from __future__ import annotations

from decimal import Decimal

from connectors.orders import Customs
from tests.connectors.generic_json.mapping.test_order import read
from tests.connectors.generic_json.shops import order


def test_what_customs_ask_for_is_read_with_the_line() -> None:
    raw = order()
    raw["lines"][0] |= {"hs": "6912.00", "made_in": "Deutschland", "worth": "4.50"}
    where = {"hs_code": "hs", "origin": "made_in", "value": "worth"}
    (line, *others) = read(raw, items={"customs": where}).items
    assert line.customs == Customs(hs_code="6912.00", origin="DE", value=Decimal("4.50"))
    assert all(other.customs is None for other in others)
