"""Neither a hostile expression nor a hostile answer gets out of its box, hangs us or fills the
memory.
"""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import RefusedError
from connectors.generic_json.api.caller import fill_request
from connectors.generic_json.api.jsonapi import resolve_document
from connectors.generic_json.mapping.order import read_order
from connectors.generic_json.settings.request import RequestSettings
from connectors.generic_json.settings.shapes import read_shape
from connectors.language.expressions import read_expression
from connectors.language.functions import FUNCTIONS, EvaluationError
from connectors.orders import RejectedOrder
from connectors.reading import fields
from connectors.testing.shops.json_shop import Style
from tests.connectors.generic_json.styles import read_style
from tests.connectors.language.values import BIG, VALUES

RULES = read_style(Style.PAGE, "http://x").map.rules


@pytest.mark.parametrize(
    "text",
    [
        "[@, @][]" + " | [@, @][]" * 25,
        "to_string([@, @]" + " | [@, @]" * 25 + ")",
        "[@, @]" + " | [@, @]" * 25,
        "([@, @]" + " | [@, @]" * 24 + ") == ([@, @]" + " | [@, @]" * 24 + ")",
        "contains([@, @]" + " | [@, @]" * 24 + ", `[1]`)",
        "words(big, big)" + " | words(@, @)" * 20,
        "join('', [big, big, big])",
        "replace(big, 'x', 'xxxx')",
        "split(big, 'x')",
        "merge({a: @}, {b: @})" + " | {a: @, b: @}" * 25,
        "map(&[@, @], [@, @][]" + " | [@, @][]" * 20 + ")",
        "sort_by(many, &root().many[?@ > `1`] | length(@))",
        "multiply(big_number, big_number)",
        "extract(many_x, '(x+x+)+y') || extract(many_x, '(x*)*y') || "
        + " || ".join(["extract(many_x, '((x{0,30}){0,30})z')"] * 20),
    ],
)
def test_an_expression_gives_up_in_time(text: str) -> None:
    value = {
        "big": BIG,
        "many": list(range(1500)),
        "big_number": Decimal("1e29"),
        "many_x": "x" * 5000,
    }
    expression = read_expression(text)
    with pytest.raises(EvaluationError):
        expression(value)


def test_doubling_is_stopped_before_it_fills_the_memory() -> None:
    with pytest.raises(EvaluationError, match="too much work"):
        read_expression("[@, @][]" + " | [@, @][]" * 25)({})


@pytest.mark.parametrize(
    "name", ["1e999999999", "-1E+400", "1e-999999999", "0e-999999999", "9" * 5000]
)
def test_a_monstrous_number_in_an_answer_stays_small(name: str) -> None:
    raw = {
        "id": 1,
        "amounts": {"total": Decimal(name)},
        "reference": Decimal(name),
        "created": "2026-01-01T00:00:00Z",
    }
    order = read_order(raw, RULES)
    assert isinstance(order, RejectedOrder)
    assert len(order.reason) < 300
    assert len(fields.read_text(Decimal(name), "x")) < 10_000
    with pytest.raises(EvaluationError):
        read_expression("decimal(a)")({"a": name})


def test_a_shape_gives_up_in_time() -> None:
    shape = read_shape(
        {
            "$each": "many",
            "$give": {"$each": "many", "$give": {"$each": "many", "$give": "{{ item }}"}},
        }
    )
    with pytest.raises(EvaluationError):
        shape({"many": list(range(500))})


def test_records_that_refer_to_one_another_are_followed_a_few_levels() -> None:
    ring = [
        {
            "type": "a",
            "id": str(at),
            "relationships": {
                "all": {"data": [{"type": "a", "id": str(other)} for other in range(60)]}
            },
        }
        for at in range(60)
    ]
    resolved = resolve_document({"data": ring, "included": ring})
    assert len(resolved["data"]) == 60


@pytest.mark.parametrize(
    "order_id",
    [
        "../../admin",
        "..",
        ".",
        "a/b",
        "a?b=c",
        "a#b",
        "//evil.example/x",
        "https://evil.example",
        "%2e%2e",
        "é ü",
    ],
)
def test_an_id_stays_inside_its_part_of_the_path(order_id: str) -> None:
    call = fill_request(
        RequestSettings.model_validate({"path": "orders/{{ id }}/x"}), {"id": order_id}
    )
    assert call.path.startswith("orders/")
    assert call.path.endswith("/x")
    assert call.path.count("/") == 2
    assert not {"?", "#"} & set(call.path)
    assert call.path.split("/")[1] not in {".", ".."}


@pytest.mark.parametrize("word", ["a\r\nX-Evil: 1", "a\nb", "a\0b"])
def test_a_header_holds_one_line(word: str) -> None:
    request = RequestSettings.model_validate({"path": "x", "headers": {"X-Word": "{{ word }}"}})
    with pytest.raises(RefusedError, match="line break"):
        fill_request(request, {"word": word})


@settings(max_examples=60)
@given(st.sampled_from(sorted(set(FUNCTIONS) - {"root"})), st.lists(VALUES, max_size=4))
def test_no_function_fails_but_in_words(name: str, values: list[Any]) -> None:
    function = FUNCTIONS[name]
    count = max(function.least, min(len(values), function.most or len(values)))
    kinds = [*function.takes, *([function.takes[-1]] * count if function.takes else [])][:count]
    arguments = ", ".join(
        "&@" if kind == "each" else f"given[{at}]" for at, kind in enumerate(kinds)
    )
    said = "nothing"
    try:
        read_expression(f"{name}({arguments})")({"given": values})
    except EvaluationError as error:
        said = str(error)
    assert "\n" not in said or "'" in said


@given(VALUES)
def test_whatever_a_shop_sends_as_an_order_is_an_order_or_set_aside(value: Any) -> None:
    for raw in (
        value,
        {"id": value, "created": value, "lines": value, "buyer": value},
        {"lines": [value], "amounts": value, "id": 1},
    ):
        order = read_order(raw, RULES)
        assert order is not None
