"""A template says what it may, keeps a value's kind, and neither gets out of its box nor fills the
memory.
"""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from connectors.language.functions import EvaluationError
from connectors.language.templates import compile_template
from tests.connectors.language.values import BIG, VALUES

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
    assert (
        compile_template("{{ " + path + " }}")({"order": {"id": 5, "items": []}, "lines": []})
        is None
    )


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
    ("text", "values", "result"),
    [
        (
            (
                "{% for each in lines %}{% if not loop.first %}, {% endif %}{{ loop.index }}:{{"
                " each }}{% endfor %}"
            ),
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
