"""Of an order's JSON as much is read as a store's expressions look at, and that as it is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from connectors.woocommerce.mapping.whole import WholeReader
from tests.connectors.woocommerce.mapping.handwritten import line, order
from tests.connectors.woocommerce.recordings import recorded_orders

NAMES = frozenset({"meta_data", "billing", "missing-name"})
OF_LINES = frozenset({"sku", "meta_data"})


def read(reader: WholeReader, json: Any) -> Any:
    return reader.read(msgspec.json.encode(json))


def test_every_recorded_order_shows_what_is_looked_at_and_no_more() -> None:
    named, all_of_it = WholeReader(NAMES, OF_LINES), WholeReader(None, None)
    for json in recorded_orders():
        some, lines = read(named, json)
        whole, all_lines = read(all_of_it, json)
        assert some.keys() == (NAMES & whole.keys()) | {"line_items"}
        assert all(some[name] == whole[name] for name in NAMES & whole.keys())
        assert lines.keys() == all_lines.keys()
        for number, found in lines.items():
            assert found == {
                name: value
                for name, value in all_lines[number].items()
                if name in OF_LINES | {"id"}
            }


def test_a_store_that_looks_at_no_line_reads_none() -> None:
    assert read(WholeReader(NAMES, frozenset()), order()) == ({"billing": order()["billing"]}, {})


def test_lines_that_the_whole_order_is_asked_for_are_whole() -> None:
    whole, _ = read(WholeReader(frozenset({"line_items"}), OF_LINES), order())
    assert whole["line_items"] == [line()]


@pytest.mark.parametrize("lines", [None, "none", [1, None], [{"sku": "A"}], {"id": 1}])
def test_lines_of_another_shape_stop_nothing(lines: Any) -> None:
    whole, found = read(WholeReader(NAMES, OF_LINES), order(line_items=lines, billing=1))
    assert (whole["billing"], found) == (1, {})


def test_a_fraction_keeps_its_digits() -> None:
    whole, _ = WholeReader(NAMES, OF_LINES).read(b'{"billing": 0.10}')
    assert str(whole["billing"]) == "0.10"
    assert isinstance(whole["billing"], Decimal)
