"""The function that a store's map becomes reads what the interpreter reads, to the last word of its
complaints, whatever the map says and whatever the shop sends.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.generic_json.mapping.compiled_order import compile_map
from connectors.generic_json.mapping.order import read_order
from connectors.generic_json.mapping.rules import OrderRules
from connectors.generic_json.settings.mapping import OrderMap
from connectors.orders import Order, RejectedOrder
from connectors.places import Source
from connectors.reading.fields import FieldError

# `MASS=100 make test ARGS=tests/connectors/generic_json/mapping/test_compiled.py` looks longer.
EXAMPLES = 100 * int(os.environ.get("MASS", "1"))

GOOD = st.sampled_from(("x", "A1", "12", "12.50", "US", "Texas", "red  shoe", "ja"))
ODD = st.sampled_from(
    (
        *(None, "", " ", "<b>x</b>", "<br>", "a &amp; b", "x\ny", "\u2028", "x" * 300),
        *(True, False, 0, 7, -3, 10**20, Decimal("1.50"), Decimal("1e400"), Decimal("-0.005")),
        *("1,5", "1e3", "NaN", "٣", "1_0", "²", "2026-07-01", "Deutschland", "kg"),
        *([], {}, ["x", 1], {"a": "x"}),
    )
)


def mostly(usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The odd one time in fifteen: where each field is odd, no order can be read."""
    return st.integers(0, 14).flatmap(lambda number: odd if number == 14 else usual)


VALUES = st.one_of(GOOD, GOOD, ODD)
TIMES = mostly(
    st.sampled_from(("2026-07-01T12:00:00", "2026-07-01T12:00:00Z", "2026-07-01 12:00:00.5+02:00")),
    st.sampled_from(
        (
            "2026-07-01T12:00:00.1234567",
            "2026-07-01",
            "2026-07-01T12:00:00 UTC",
            "0000-00-00 00:00:00",
            "2026-07-01T12:00+02",
            "2026-13-01T12:00:00",
            "0001-01-01T00:00:00+14:00",
            "",
            None,
            1782907200,
            " 2026-07-01T12:00:00",
        )
    ),
)
PLACES = ("a", "b", "c")
NUMBERS = mostly(st.sampled_from(("12.50", "7", 3, Decimal("1.50"), "", None)), ODD)
PART = st.fixed_dictionaries({"n": NUMBERS}, optional=dict.fromkeys(PLACES, VALUES))
LINES = mostly(st.lists(mostly(PART, VALUES), max_size=3), ODD)
ORDERS = st.fixed_dictionaries(
    {"id": mostly(GOOD, ODD), "n": NUMBERS, "time": TIMES, "p": mostly(PART, ODD), "lines": LINES},
    optional={**dict.fromkeys(PLACES, VALUES), "other": TIMES},
)

EXPRESSIONS = mostly(
    st.sampled_from(
        (
            *("a", "b", "c", "p.a", "lines[0].a", "lines[-1].b", "a || b", "words(a, b)"),
            *("root().p.a", "root().id", "lines[?a=='x'].b | [0]", '"__class__"', '"a\\"b"'),
        )
    ),
    st.sampled_from(
        (
            *("upper(a)", "join_text('-', a, p)", "length(a)", "to_number(a)", "[a, b]", "{a: b}"),
            *("lines[?starts_with(a, 'x')]", "@", "'it\\'s'", "`1`"),
        )
    ),
)
CONDITIONS = st.sampled_from(("a", "b == 'x'", "p.a != 'x'", "to_number(a) > `1`", "!a"))
LISTS = mostly(
    st.sampled_from(("lines", "lines[?a]", "lines[].{a: b, b: a, n: n}", "root().lines")),
    st.just("p.a"),
)


def draw_sources(words: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What a key of the map may say, with such words of its own."""
    table = st.dictionaries(st.sampled_from(("x", "X", "12")), words, min_size=1, max_size=2)
    return st.one_of(
        EXPRESSIONS,
        st.lists(EXPRESSIONS, min_size=1, max_size=3),
        st.fixed_dictionaries({"from": EXPRESSIONS}, optional={"table": table, "default": words}),
        st.fixed_dictionaries({"value": words}),
    )


FIELDS = draw_sources(GOOD | st.just(3))
# Other words for a country are a fault of the settings.
COUNTRIES = draw_sources(st.sampled_from(("DE", "Deutschland", 276)))
AMOUNTS = mostly(st.sampled_from(("n", "n", "p.n || n", "to_number(n)")), FIELDS)
TIME_FIELDS = mostly(
    st.sampled_from(("time", ["other", "time"], {"from": "time", "zone": "Europe/Berlin"})),
    st.fixed_dictionaries(
        {"from": st.just("time"), "format": st.sampled_from(("epoch", "rfc2822", "%Y-%m-%d"))}
    ),
)


def draw_fields(*names: str) -> dict[str, st.SearchStrategy[Any]]:
    """Each of these fields may be in the map."""
    return dict.fromkeys(names, FIELDS)


PERSON = ("name", "company", "line1", "line2", "city", "region", "region_name", "postal_code")
ADDRESSES = st.fixed_dictionaries(
    {},
    optional={
        "at": st.sampled_from(("p", "lines[0]", "a")),
        **draw_fields(*PERSON, "phone", "email"),
        "country": COUNTRIES,
    },
)
ITEMS = st.fixed_dictionaries(
    {
        "at": LISTS,
        "id": mostly(st.just("root().id"), FIELDS),
        "name": FIELDS,
        "quantity": AMOUNTS,
        "unit_price": AMOUNTS,
    },
    optional={
        "only": mostly(st.just("root().id"), CONDITIONS),
        "shippable": CONDITIONS,
        "fulfillment": st.fixed_dictionaries({}, optional={"pickup": CONDITIONS}),
        "weight": st.fixed_dictionaries(
            {"from": st.just("n")}, optional={"unit_from": EXPRESSIONS}
        ),
        "options": st.fixed_dictionaries({"at": LISTS}, optional=draw_fields("name", "value")),
        "customs": st.fixed_dictionaries({}, optional=draw_fields("hs_code", "origin", "value")),
        "shares": st.fixed_dictionaries({"at": LISTS, "key": FIELDS, "quantity": AMOUNTS}),
        **draw_fields("sku", "image_url", "location", "upc", "destination"),
    },
)
MAPS = st.fixed_dictionaries(
    {
        "id": st.just("id"),
        "number": mostly(st.just("id"), FIELDS),
        "placed_at": TIME_FIELDS,
        "modified_at": TIME_FIELDS,
        "status": st.fixed_dictionaries(
            {"from": EXPRESSIONS},
            optional={
                "table": st.just({"x": "paid", "JA": "shipped"}),
                "default": st.just("paid"),
                "rules": st.lists(
                    st.fixed_dictionaries({"when": CONDITIONS, "is": st.just("cancelled")}),
                    max_size=2,
                ),
            },
        ),
        "total": AMOUNTS,
        "ship_to": ADDRESSES,
        "items": ITEMS,
    },
    optional={
        "only": mostly(st.just("id"), CONDITIONS),
        "money": st.fixed_dictionaries(
            {},
            optional={"unit": st.sampled_from(("major", "minor", "cents")), "round": st.booleans()},
        ),
        "bill_to": ADDRESSES,
        "destinations": st.fixed_dictionaries(
            {"each": LISTS, "key": FIELDS}, optional=draw_fields("name", "city", "shipping_method")
        ),
        "fulfillment": st.fixed_dictionaries({}, optional={"local_delivery": CONDITIONS}),
        "adjustments": st.lists(
            st.fixed_dictionaries(
                {"name": FIELDS, "amount": AMOUNTS},
                optional={"at": LISTS, "only": CONDITIONS, "negate": st.booleans()},
            ),
            max_size=2,
        ),
        "gift": CONDITIONS,
        "tags": EXPRESSIONS,
        "custom_fields": st.lists(FIELDS, max_size=3),
        "tax": AMOUNTS,
        "shipping": AMOUNTS,
        **draw_fields("currency", "shipping_method", "payment_method"),
        **draw_fields("customer", "packed_elsewhere", "customer_notes", "gift_message", "source"),
    },
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(described=MAPS, orders=st.lists(ORDERS, min_size=1, max_size=4))
def test_the_compiled_map_reads_what_the_interpreter_reads(
    described: dict[str, Any], orders: list[dict[str, Any]]
) -> None:
    rules = OrderMap.model_validate(described).rules
    for raw in orders:
        assert read_with(raw, rules, None) == read_with(raw, rules, [])


def _nest(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = {"a": value}
    return value


def read_with(raw: Any, rules: OrderRules, trace: list[Source] | None) -> tuple[Any, ...]:
    """All that a reading gives, as texts: a trace takes the interpreter."""
    lines: list[Mapping[str, Any]] = []
    complaints: list[str] = []

    def fill(order: Order, _raw: Any, given: Mapping[str, Any]) -> Order | RejectedOrder:
        lines.append(given)
        return order

    found = read_order(raw, rules, trace, fill, complaints.append)
    return repr(found), repr(lines), complaints


SMALL: dict[str, Any] = {
    "id": "id",
    "number": "id",
    "placed_at": "time",
    "modified_at": "time",
    "status": {"from": "a"},
    "total": "n",
    "ship_to": {},
    "items": {"at": "lines", "id": "id", "name": "a", "quantity": "n", "unit_price": "n"},
}
ORDER = {"id": 1, "n": 1, "time": "2026-07-01T12:00:00", "a": "x", "lines": []}


@pytest.mark.parametrize(
    "name",
    ["__class__", "__init__.__globals__", "it's", 'a"b', "'); exit(3); ('", "\n", "{x}", "x" * 900],
)
def test_a_name_is_looked_up_in_the_answer_and_nowhere_else(name: str) -> None:
    quoted = json.dumps(name)
    described = {
        **SMALL,
        "number": quoted,
        "source": f"{quoted}.{quoted}",
        "ship_to": {"at": quoted},
    }
    compiled = compile_map(OrderMap.model_validate(described).rules)
    found = compiled({**ORDER, name: "N1"})
    assert found is not None
    assert (found[0].number, found[0].source) == ("N1", "")
    with pytest.raises(FieldError):
        compiled(ORDER)


@pytest.mark.parametrize(
    "order",
    [
        {**ORDER, "a": _nest(100_000)},
        {**ORDER, "a": "x" * 3_000_000},
        {**ORDER, "lines": [{"id": 1, "n": 1, "a": "x"}] * 2_000},
        {**ORDER, "lines": [{"id": 1, "n": 1, "a": _nest(50_000)}]},
    ],
    ids=["deep", "long", "many", "deep line"],
)
def test_a_monstrous_order_is_read_as_the_interpreter_reads_it(order: dict[str, Any]) -> None:
    expressions = {"source": "to_string(a)", "tags": "lines[].a[]", "gift": "words(a, a) == a"}
    rules = OrderMap.model_validate({**SMALL, **expressions}).rules
    assert read_with(order, rules, None) == read_with(order, rules, [])
