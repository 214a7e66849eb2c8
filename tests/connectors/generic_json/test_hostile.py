"""Neither a hostile expression nor a hostile answer gets out of its box, hangs us or fills the memory."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import RefusedError
from connectors.generic_json.api.caller import fill
from connectors.generic_json.api.jsonapi import resolve
from connectors.generic_json.mapping.order import read_order
from connectors.generic_json.settings.request import RequestSettings
from connectors.generic_json.settings.values import read_shape
from connectors.language.expressions import read_expression
from connectors.language.functions import FUNCTIONS, EvaluationError
from connectors.language.templates import compile_template
from connectors.orders import RejectedOrder
from connectors.reading import fields
from connectors.testing.shops.json_shop import Style
from tests.connectors.generic_json.styles import read_style

CHOSEN = read_style(Style.PAGE, "http://x").map
BIG = "x" * 400_000
ESCAPES = [
    "order.__class__",
    "order.__class__.__mro__",
    "order.items.append",
    "order['__class__']",
    "order.keys",
    "lines.sort",
    "config",
    "loop",
    "namespace",
    "cycler",
    "lipsum",
    "joiner",
    "dict",
    "range",
    "__builtins__",
    "order.id.__init__.__globals__",
]


@pytest.mark.parametrize("path", ESCAPES)
def test_a_template_reaches_nothing_of_pythons(path: str) -> None:
    assert compile_template("{{ " + path + " }}")({"order": {"id": 5, "items": []}, "lines": []}) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{ range(10) }}", "a call; functions are used as filters"),
        ("{{ order.keys() }}", "a call"),
        ("{{ ''.join(lines) }}", "a call"),
        ("{{ 'a' ~ 'b' }}", "~; write the parts side by side"),
        ("{{ 9 ** 9 ** 9 }}", "a power"),
        ("{{ '%1000000000d' % 1 }}", "a remainder"),
        ("{{ 7 // 2 }}", "a whole division"),
        ("{{ self }}", "cannot use self"),
        ("{{ self._TemplateReference__context }}", "cannot use self"),
        ("{{ super.x }}", "cannot use super"),
        ("{{ order is defined }}", "a test with `is`"),
        ("{{ lines[0:2] }}", "a slice"),
        ("{% set a = 1 %}", "`set`"),
        ("{% macro m() %}{% endmacro %}", "a macro"),
        ("{% include 'x' %}", "`include`"),
        ("{% import 'x' as y %}", "`import`"),
        ("{% from 'x' import y %}", "`import`"),
        ("{% extends 'x' %}", "`extends`"),
        ("{% block x %}{% endblock %}", "a block"),
        ("{% for a in x %}{% for b in y %}{% endfor %}{% endfor %}", "a loop inside a loop"),
        ("{% for a in x recursive %}{% endfor %}", "a loop inside a loop"),
        ("{{ a | map('b') }}", "there is no filter map"),
        ("{{ a | attr('__class__') }}", "there is no filter attr"),
        ("{{ a | center(1000000000) }}", "there is no filter center"),
        ("{{ a | upper(b=1) }}", "takes plain arguments only"),
        ("{{ a | upper(*b) }}", "takes plain arguments only"),
        ("{{ " + "not " * 60 + "a }}", "nested"),
        ("{{ " + "(" * 3000 + ")" * 3000 + " }}", "in the template"),
        ("a" * 8001, "at most 8000 characters"),
    ],
)
def test_a_template_may_not_say_this(text: str, says: str) -> None:
    with pytest.raises(ValueError) as fault:  # noqa: PT011 -- the words are compared
        compile_template(text)
    assert says.replace("a loop inside a loop", "loop inside a loop") in str(fault.value)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("{{ 'ab' * 1000000000 }}", {}),
        ("{{ a * a }}", {"a": 10**29}),
        ("{{ a + b }}", {"a": "x", "b": "y"}),
        ("{{ a / 0 }}", {"a": 1}),
        ("{{ a - nothing }}", {"a": 1}),
        ("<{% for each in lines %}{{ big }}{% endfor %}>", {"lines": [1, 2, 3, 4], "big": BIG}),
        ("<{{ big }}{{ big }}{{ big }}>", {"big": BIG}),
        ("{{ big | replace('x', 'yyyyyyyy') }}", {"big": BIG}),
        ("{{ big | split('x') }}", {"big": BIG}),
        ("<{{ lines }}>", {"lines": [1]}),
        ("{{ a > lines }}", {"a": 1, "lines": []}),
        ("{% for each in 5 %}{% endfor %}", {}),
    ],
)
def test_a_template_gives_up_in_time(text: str, values: dict[str, Any]) -> None:
    template = compile_template(text)
    with pytest.raises(EvaluationError):
        template(values)


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
        "extract(many_x, '(x+x+)+y') || extract(many_x, '(x*)*y') || " + " || ".join(["extract(many_x, '((x?){40})*z')"] * 20),
    ],
)
def test_an_expression_gives_up_in_time(text: str) -> None:
    value = {"big": BIG, "many": list(range(1500)), "big_number": Decimal("1e29"), "many_x": "x" * 5000}
    expression = read_expression(text)
    with pytest.raises(EvaluationError):
        expression(value)


def test_doubling_is_stopped_before_it_fills_the_memory() -> None:
    with pytest.raises(EvaluationError, match="too much work"):
        read_expression("[@, @][]" + " | [@, @][]" * 25)({})


@pytest.mark.parametrize("name", ["1e999999999", "-1E+400", "1e-999999999", "0e-999999999", "9" * 5000])
def test_a_monstrous_number_in_an_answer_stays_small(name: str) -> None:
    raw = {"id": 1, "amounts": {"total": Decimal(name)}, "reference": Decimal(name), "created": "2026-01-01T00:00:00Z"}
    order = read_order(raw, CHOSEN)
    assert isinstance(order, RejectedOrder)
    assert len(order.reason) < 300
    assert len(fields.text(Decimal(name), "x")) < 10_000
    with pytest.raises(EvaluationError):
        read_expression("decimal(a)")({"a": name})


def test_a_shape_gives_up_in_time() -> None:
    shape = read_shape({"$each": "many", "$give": {"$each": "many", "$give": {"$each": "many", "$give": "{{ item }}"}}})
    with pytest.raises(EvaluationError):
        shape({"many": list(range(500))})


def test_records_that_refer_to_one_another_are_followed_a_few_levels() -> None:
    ring = [
        {"type": "a", "id": str(at), "relationships": {"all": {"data": [{"type": "a", "id": str(other)} for other in range(60)]}}}
        for at in range(60)
    ]
    resolved = resolve({"data": ring, "included": ring})
    assert len(resolved["data"]) == 60


@pytest.mark.parametrize(
    "order_id", ["../../admin", "..", ".", "a/b", "a?b=c", "a#b", "//evil.example/x", "https://evil.example", "%2e%2e", "é ü"]
)
def test_an_id_stays_inside_its_part_of_the_path(order_id: str) -> None:
    call = fill(RequestSettings.model_validate({"path": "orders/{{ id }}/x"}), {"id": order_id})
    assert call.path.startswith("orders/")
    assert call.path.endswith("/x")
    assert call.path.count("/") == 2
    assert not {"?", "#"} & set(call.path)
    assert call.path.split("/")[1] not in {".", ".."}


@pytest.mark.parametrize("word", ["a\r\nX-Evil: 1", "a\nb", "a\0b"])
def test_a_header_holds_one_line(word: str) -> None:
    request = RequestSettings.model_validate({"path": "x", "headers": {"X-Word": "{{ word }}"}})
    with pytest.raises(RefusedError, match="line break"):
        fill(request, {"word": word})


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.text(max_size=20), st.decimals(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)), max_leaves=8
)


@settings(max_examples=60)
@given(st.sampled_from(sorted(set(FUNCTIONS) - {"root"})), st.lists(VALUES, max_size=4))
def test_no_function_fails_but_in_words(name: str, values: list[Any]) -> None:
    function = FUNCTIONS[name]
    count = max(function.least, min(len(values), function.most or len(values)))
    kinds = [*function.takes, *([function.takes[-1]] * count if function.takes else [])][:count]
    arguments = ", ".join("&@" if kind == "each" else f"given[{at}]" for at, kind in enumerate(kinds))
    said = "nothing"
    try:
        read_expression(f"{name}({arguments})")({"given": values})
    except EvaluationError as error:
        said = str(error)
    assert "\n" not in said or "'" in said


@given(VALUES)
def test_whatever_a_shop_sends_as_an_order_is_an_order_or_set_aside(value: Any) -> None:
    for raw in (value, {"id": value, "created": value, "lines": value, "buyer": value}, {"lines": [value], "amounts": value, "id": 1}):
        order = read_order(raw, CHOSEN)
        assert order is not None


@pytest.mark.parametrize(
    ("text", "values", "result"),
    [
        (
            "{% for each in lines %}{% if not loop.first %}, {% endif %}{{ loop.index }}:{{ each }}{% endfor %}",
            {"lines": ["a", "b"]},
            "1:a, 2:b",
        ),
        ("{{ a.b.c[0].d }}", {"a": {"b": {"c": [{"d": 5}]}}}, 5),
        ("{{ a.b.c.d }}", {"a": {}}, None),
        ("{{ a[7] }}", {"a": []}, None),
        ("[{{ nothing }}]", {}, "[]"),
        ("{{ -a }}", {"a": 5}, -5),
        ("{{ a * b }}", {"a": 2, "b": Decimal("1.5")}, Decimal("3.0")),
        ("{{ a / b }}", {"a": 3, "b": 2}, Decimal("1.5")),
        ("{{ 'many' if a > 1 else 'one' }}", {"a": 2}, "many"),
        ("{{ a if b }}", {"a": 2, "b": False}, None),
        ("{{ lines | join_text(', ') | upper }}", {"lines": ["a", None, "b"]}, "A, B"),
        ("{{ a | minor('EUR') }}", {"a": 1250}, Decimal("12.50")),
        ("{{ [a, 2] }}", {"a": 1}, [1, 2]),
    ],
)
def test_what_a_template_can_say(text: str, values: dict[str, Any], result: Any) -> None:
    found = compile_template(text)(values)
    assert found == result
    assert type(found) is type(result)


@given(VALUES)
def test_a_value_in_a_template_keeps_its_kind(value: Any) -> None:
    found = compile_template("{{ value }}")({"value": value})
    assert found == value
    assert type(found) is type(value)
