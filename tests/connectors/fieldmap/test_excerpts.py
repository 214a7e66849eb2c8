"""Of an order's JSON as much is read as a store's expressions look at, and that as it is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from connectors.fieldmap.excerpts import ExcerptReader
from connectors.orders import Order, RejectedOrder
from tests.connectors.woocommerce.mapping.handwritten import line, order
from tests.connectors.woocommerce.recordings import recorded_orders


class Looks:
    """The lookups of a store, as a `FieldFiller` lists them."""

    def __init__(self, names: frozenset[str] | None, of_lines: frozenset[str] | None) -> None:
        self.names, self.of_lines = names, of_lines

    def list_names(self) -> frozenset[str] | None:
        return self.names

    def list_line_names(self) -> frozenset[str] | None:
        return self.of_lines

    def list_names_in(self, name: str) -> frozenset[str] | None:
        return frozenset({"company", "email"}) if name == "shipping" else None

    def list_keys(self, *path: str) -> frozenset[str] | None:  # noqa: ARG002 - a `FieldFiller`
        return None

    def needs(self, name: str) -> bool:  # noqa: ARG002 - a `FieldFiller`
        return False

    def fill(
        self,
        order: Order,
        raw: Any,  # noqa: ARG002 - a `FieldFiller`
        lines: Mapping[str, Any],  # noqa: ARG002 - a `FieldFiller`
    ) -> Order | RejectedOrder:
        return order


def look(names: frozenset[str] | None, of_lines: frozenset[str] | None) -> ExcerptReader:
    return ExcerptReader(Looks(names, of_lines))


NAMES = frozenset({"meta_data", "billing", "missing-name"})
OF_LINES = frozenset({"sku", "meta_data"})


def read(reader: ExcerptReader, json: Any) -> Any:
    return reader.read(msgspec.json.encode(json))


def test_every_recorded_order_shows_what_is_looked_at_and_no_more() -> None:
    named, all_of_it = look(NAMES, OF_LINES), look(None, None)
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
    assert read(look(NAMES, frozenset()), order()) == ({"billing": order()["billing"]}, {})


def test_lines_that_the_whole_order_is_asked_for_are_whole() -> None:
    whole, _ = read(look(frozenset({"line_items"}), OF_LINES), order())
    assert whole["line_items"] == [line()]


@pytest.mark.parametrize("lines", [None, "none", [1, None], [{"sku": "A"}], {"id": 1}])
def test_lines_of_another_shape_stop_nothing(lines: Any) -> None:
    whole, found = read(look(NAMES, OF_LINES), order(line_items=lines, billing=1))
    assert (whole["billing"], found) == (1, {})


def test_a_fraction_keeps_its_digits() -> None:
    whole, _ = look(NAMES, OF_LINES).read(b'{"billing": 0.10}')
    assert str(whole["billing"]) == "0.10"
    assert isinstance(whole["billing"], Decimal)


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ({"company": "Ada & Co", "city": "York"}, {"company": "Ada & Co"}),
        (None, None),
        ([], []),
        (1, 1),
    ],
)
def test_of_an_object_the_names_are_read_that_are_looked_up_in_it(place: Any, shown: Any) -> None:
    whole, _ = read(look(frozenset({"shipping"}), frozenset()), {"shipping": place})
    assert whole == {"shipping": shown}
