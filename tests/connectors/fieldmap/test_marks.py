"""Conditions whose truth is told beside an order and changes nothing in it."""

from __future__ import annotations

from connectors.fieldmap.filler import Filler
from connectors.fieldmap.settings import AddressSettings, FillSettings, build_fill_rules
from connectors.language.expressions import read_expression
from tests.builders import build_order

RAW = {"id": 7, "wants_wrap": True, "broken": {"not": "a text"}}


def test_the_truth_of_conditions_is_told_beside_the_order_and_changes_nothing_in_it() -> None:
    conditions = {
        name: read_expression(text)
        for name, text in {
            "yes": "wants_wrap",
            "no": "id == `8`",
            "bad": "to_number(broken)",
        }.items()
    }
    rules = build_fill_rules(FillSettings(), AddressSettings(), None, None, conditions)
    assert rules is not None
    told: dict[str, list[str]] = {}
    filler = Filler(
        rules, lambda *_: None, mark=lambda order_id, names: told.update({order_id: list(names)})
    )
    order = build_order()
    assert filler.fill(order, RAW, {}) == order
    assert told == {order.id: ["yes"]}
    assert set(filler.list_names() or ()) == {"wants_wrap", "id", "broken"}
    assert not filler.needs("wants_wrap")
