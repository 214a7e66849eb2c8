"""Every function does what its one line of documentation says, and is kind to what is missing."""

import re
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from connectors.language.expressions import read_expression
from connectors.language.functions import FUNCTIONS, EvaluationError

NAMES = [name for name in FUNCTIONS if name != "root"]
_JSON = msgspec.json.Encoder(decimal_format="number")


def shown(value: Any) -> Any:
    return msgspec.json.format(_JSON.encode(value), indent=-1)


def evaluate(text: str, value: Any = None) -> Any:
    return read_expression(text)(value)


@pytest.mark.parametrize("name", NAMES)
def test_a_function_does_what_it_says(name: str) -> None:
    example = re.search(rf": `({name}\(.*)` is `([^`]+)`\.$", FUNCTIONS[name].summary)
    assert example, f"{name}: its documentation shows no example"
    assert shown(evaluate(example[1], {})) == msgspec.json.format(example[2].encode(), indent=-1)


@pytest.mark.parametrize(
    "name", [name for name in NAMES if FUNCTIONS[name].takes[0] in {"text", "number"}]
)
def test_what_is_missing_stays_missing(name: str) -> None:
    function = FUNCTIONS[name]
    fillers = {
        "text": "'EUR'",
        "number": "`1`",
        "string": "'-'",
        "pattern": "'a'",
        "any": "`null`",
        "each": "&a",
    }
    arguments = ["`null`", *(fillers[kind] for kind in function.takes[1 : function.least])]
    assert shown(evaluate(f"{name}({', '.join(arguments)})", {})) in {b"null", b"false", b"0"}


@pytest.mark.parametrize(
    ("text", "value", "result"),
    [
        ("minor(a, 'JPY')", {"a": 1250}, "1250"),
        ("minor(a, 'kwd')", {"a": 1250}, "1.250"),
        ("cents(a)", {"a": "-199"}, "-1.99"),
        ("to_minor(a, 'JPY')", {"a": "12.5"}, "13"),
        ("divide(a, b)", {"a": 10, "b": 4}, "2.5"),
        ("divide(a, b)", {"a": 10, "b": 0}, "null"),
        ("divide(total, qty)", {"total": "9.99", "qty": 3}, "3.33"),
        ("add(a, b, c)", {"a": "0.1", "b": 0.2, "c": None}, "0.3"),
        ("round(a, `2`)", {"a": "2.665"}, "2.67"),
        ("grams(a, u)", {"a": "0.5", "u": "KG"}, "500"),
        ("grams(a, u)", {"a": 1, "u": "lb"}, "453.59237"),
        ("date(a, 'epoch_ms')", {"a": "1767225600123"}, '"2026-01-01T00:00:00.123Z"'),
        (
            "date(a, '%d.%m.%Y %H:%M', 'Europe/Berlin')",
            {"a": "01.07.2026 12:30"},
            '"2026-07-01T10:30:00.000Z"',
        ),
        ("date(a)", {"a": "2026-01-01T01:00:00.123456+01:00"}, '"2026-01-01T00:00:00.123456Z"'),
        ("date(a)", {"a": "0000-00-00 00:00:00"}, "null"),
        ("date_text(a, 'epoch')", {"a": "2026-01-01T00:00:00Z"}, "1767225600"),
        (
            "date_text(a, 'datetime', 'Europe/Berlin')",
            {"a": "2026-07-01T00:00:00Z"},
            '"2026-07-01 02:00:00"',
        ),
        (
            "latest(a, b[])",
            {"a": "2026-01-01", "b": ["2026-02-01T00:00:00+02:00", None]},
            '"2026-01-31T22:00:00.000Z"',
        ),
        ("extract(url, 'countries/([A-Z]+)')", {"url": "http://x/countries/DE/"}, '"DE"'),
        ("extract(url, 'x(y)?')", {"url": "x"}, "null"),
        ("words(f, l)", {"f": " Ada ", "l": None}, '"Ada"'),
        ("index_by(a, &id).x.n", {"a": [{"id": "x", "n": 1}]}, "1"),
        ("pairs(a)[].value", {"a": {"x": 1, "y": 2}}, "[1,2]"),
        ("parse_json(a).b[0]", {"a": '{"b": [1.10]}'}, "1.10"),
        ("parse_json(a)", {"a": "{"}, "null"),
        (
            "lines[?price > root().least].price",
            {"least": 2, "lines": [{"price": 1}, {"price": 3}]},
            "[3]",
        ),
    ],
)
def test_what_shops_need(text: str, value: Any, result: str) -> None:
    assert shown(evaluate(text, exact(value))) == result.encode()


def exact(value: Any) -> Any:
    return msgspec.json.Decoder(float_hook=Decimal).decode(msgspec.json.encode(value))


@pytest.mark.parametrize(
    ("text", "value", "says"),
    [
        ("upper(a)", {"a": [1]}, "upper(): expected text, found a list"),
        ("decimal(a)", {"a": "1,50"}, "decimal(): expected a number, found the text '1,50'"),
        ("decimal(a)", {"a": True}, "decimal(): expected a number, found true"),
        (
            "decimal(a)",
            {"a": "1e999"},
            "decimal(): expected a number of sensible size, found 1e999",
        ),
        ("whole(a)", {"a": "1.5"}, "whole(): expected a whole number, found 1.5"),
        ("date(a)", {"a": "soon"}, "date(): expected a time (iso), found the text 'soon'"),
        ("length(a)", {"a": 1}, "length(): expected a text, list or object, found the number 1"),
        ("sum(a)", {"a": ["1"]}, "sum(): expected a list of numbers, found a list"),
        ("join('-', a)", {"a": [1]}, "join(): expected a list of texts, found a list"),
        (
            "grams(a, 'stone')",
            {"a": 1},
            "grams(): expected a unit of weight such as g, kg, oz or lb, found 'stone'",
        ),
        (
            "sort_by(a, &b)",
            {"a": [{"b": 1}, {"b": "x"}]},
            "sort_by(): expected the &expression to give numbers only, or texts only",
        ),
    ],
)
def test_what_does_not_suit_is_said(text: str, value: Any, says: str) -> None:
    with pytest.raises(EvaluationError) as fault:
        evaluate(text, value)
    assert str(fault.value) == says
