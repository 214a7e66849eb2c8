"""What `check` learns of a store's expressions from its last orders: names and keys that are not
there, and lists that have to be asked for whole.
"""

from __future__ import annotations

from typing import Any

import pytest

from connectors.fieldmap.survey import FieldSurvey
from tests.builders import build_item, build_order
from tests.connectors.fieldmap.test_filler import RAW, Store


def test_names_that_no_order_has_are_found_for_the_expression_that_looks_them_up() -> None:
    fields = {"source": "wharehouse", "items": {"upc": "eam", "location": "root().vat"}}
    survey = FieldSurvey(Store(fields, {"ship_to": {"line2": "house_number"}}).filler)
    order = build_order(id="7", items=(build_item(id="1"),))
    survey.fill(order, RAW, {"1": RAW["lines"][0]})
    found = [(each.part, each.name, each.expression.source) for each in survey.find_unknown_names()]
    assert found == [("order", "wharehouse", "wharehouse"), ("line", "eam", "eam")]
    assert survey.list_names() is None


def test_names_and_keys_inside_are_found_where_the_expression_never_finds_anything() -> None:
    fields = {
        "source": "box.lenght",
        "gift_message": "box.l || box.none",
        "tags": "meta[?key=='bilng_vat'].value",
        "custom_field_1": "box.w",
        "items": {"upc": "root().box.heigth"},
    }
    survey = FieldSurvey(Store(fields, {"ship_to": {"at": "box", "line2": "l.x"}}).filler)
    raw = RAW | {"meta": [{"key": "billing_vat", "value": "x"}, {"value": 2}, 7]}
    for _ in range(2):
        survey.fill(build_order(items=(build_item(id="1"),)), raw, {"1": RAW["lines"][0]})
    found = [(each.part, each.path, each.name) for each in survey.find_unknown_names()]
    assert found == [("order", ("box",), "lenght"), ("line", ("box",), "heigth")]
    (key,) = survey.find_unknown_keys()
    assert (*key.path, key.name, key.text, *key.known) == (
        "meta",
        "key",
        "bilng_vat",
        "billing_vat",
    )


def test_an_expression_that_may_look_at_anything_is_found_with_the_size_of_an_order() -> None:
    survey = FieldSurvey(Store({"source": "billing.email", "tags": "keys(@)"}).filler)
    survey.fill(build_order(), {"id": 7}, {})
    survey.fill(build_order(), {"id": 7, "x": "y"}, {})
    assert [each.source for each in survey.find_unbounded()] == ["keys(@)"]
    assert survey.size == 12


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"source": "meta[?key=='vat'] | [0]", "gift_message": "meta[0].value"}, "meta: 27"),
        ({"items": {"upc": "product.meta[-1].value"}}, "product.meta: 27"),
        ({"items": {"upc": "product.meta[?key=='vat'].value | [0]"}}, None),
        ({"items": {"upc": "keys(product) | [0]"}}, "product: 36"),
    ],
)
def test_what_may_look_at_any_of_a_value_is_found_with_its_size(fields: Any, said: str) -> None:
    survey = FieldSurvey(Store(fields).filler)
    assert survey.list_keys("meta") is None
    survey.list_names_in("product")
    survey.list_keys("product", "meta")
    meta = {"meta": [{"key": "vat", "value": "x"}]}
    survey.fill(build_order(), RAW | meta, {"1": {"id": 1, "product": meta}})
    assert next((f"{one.name}: {one.size}" for one in survey.find_open_reads()), None) == said
