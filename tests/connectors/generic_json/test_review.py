"""What is doubtful in a description is named with its path, its line, and what to write."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.generic_json.review import review_settings
from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.interface import CheckLevel
from connectors.language.loose_pipes import find_loose_pipe
from connectors.registry import Registry
from proxy.settings.loader import parse_settings
from tests.connectors.generic_json.listing.walk import make_page
from tests.connectors.generic_json.shops import TinyShop, connected, order
from tests.connectors.generic_json.test_bad_yaml import GOOD, problems
from tests.connectors.generic_json.test_check import NOW

SOUND = GOOD.replace("number: [code, id]", "number: id")


def review(text: str) -> list[str]:
    settings = parse_settings(text, file="s.yaml", find_type=Registry().get, environment={})
    block = settings.stores["attic"].connector
    assert isinstance(block, GenericJsonSettings)
    return [f"{finding.what}. {finding.advice}" for finding in review_settings(block)]


DOUBTS = [
    (
        ("currency: {value: EUR}", "currency: EUR"),
        (
            "map.currency (s.yaml:53): EUR is read as a field. Write `currency: {value: EUR}` for"
            " the word itself."
        ),
    ),
    (
        ("          country: country", "          country: DE"),
        (
            "map.ship_to.country (s.yaml:59): DE is read as a field. Write `country: {value: DE}`"
            " for the word itself."
        ),
    ),
    (
        ("          country: country", "          country: Germany"),
        (
            "map.ship_to.country (s.yaml:59): Germany is read as a field. Write"
            " `country: {value: Germany}` for the word itself."
        ),
    ),
    (
        ("name: title", "name: title | a || b"),
        (
            "map.items.name.from[0] (s.yaml:64): `title | a || b` is read as `title | (a || b)`."
            " Put the left side in parentheses, as in `(a | b) || c`, or the right side if that is"
            " meant."
        ),
    ),
    (
        ("{$each: lines, $give", "{$each: 'order.lines[] | [?a] || lines', $give"),
        (
            "shipment.steps[0].request.body.lines.$each (s.yaml:81): `order.lines[] | [?a] ||"
            " lines` is read as `order.lines[] | ([?a] || lines)`. Put the left side in"
            " parentheses, as in `(a | b) || c`, or the right side if that is meant."
        ),
    ),
    (
        ("number: id", "number: code"),
        (
            "order (s.yaml:45): `map.number` is not `map.id`, and no `order.find` says how to find"
            " an order by its number, so a notice that carries the number alone asks for an id of"
            " that name. Add `order: {find: {request: …, id: …}}`."
        ),
    ),
    (
        ("request: orders/{{ id }}", 'request: {method: POST, path: "orders/{{ id }}"}'),
        (
            "order.request (s.yaml:41): this POST has no body and would send `null`. Write"
            " `body: {}`, or set `method: GET`."
        ),
    ),
    (
        ('body: {line: "{{ item.id }}"}', 'body: "{{ item.note }}"'),
        (
            "shipment.steps[1].request (s.yaml:86): the whole body of this PUT is one value, and"
            " `null` is sent where that is missing. Write an object around it, or"
            " `{$if: …, $give: …}` where it may be missing."
        ),
    ),
]


def test_a_sound_description_earns_no_doubt() -> None:
    assert review(SOUND) == []


@pytest.mark.parametrize(("change", "line"), DOUBTS, ids=[line for _, line in DOUBTS])
def test_each_doubt_is_named_at_its_place(change: tuple[str, str], line: str) -> None:
    assert change[0] in SOUND
    found = review(SOUND.replace(*change, 1))
    assert [re.sub(r"s\.yaml:8[67]", "s.yaml:86", each) for each in found] == [line]


def test_a_key_of_bodies_is_missed_where_there_is_no_body() -> None:
    start, end = SOUND.index("        kind: login\n"), SOUND.index("      headers: {X-Client")
    text = SOUND[:start] + "        kind: body\n        fields: {k: secret-word}\n" + SOUND[end:]
    found = review(text)
    assert [each.partition(" (")[0] for each in found] == [
        "orders.detail.request",
        "orders.expand.goods.request",
        "order.request",
    ]
    assert found[0].endswith(
        ": this request has no body, so it goes out without the key of `auth.fields`. Set"
        " `method: POST` and a `body`, or `auth.kind: query`."
    )


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            ("          country: country", "          country: {value: Deutschlnd}"),
            (
                "59:28: stores.attic.connector.map.ship_to.country.value: 'Deutschlnd' is not a"
                " country we know; write a code of ISO 3166 such as DE, or the country's name"
            ),
        ),
        (
            ("          country: country", "          country: {from: c, table: {D: Germny}}"),
            (
                "59:41: stores.attic.connector.map.ship_to.country.table.D: 'Germny' is not a"
                " country we know; write a code of ISO 3166 such as DE, or the country's name"
            ),
        ),
        (
            ("{from: weight, unit: kg}", "{from: first(a, b), unit: kg}"),
            (
                "67:35: stores.attic.connector.map.items.weight: expected a colon behind 'b)';"
                " between braces a comma ends a value, so write a text that holds one in quotes"
            ),
        ),
        (
            ("{X-Client: portside}", "{X-Client: portside, X-B}"),
            (
                "13:37: stores.attic.connector.headers: expected a colon behind 'X-B'; between"
                " braces a comma ends a value, so write a text that holds one in quotes"
            ),
        ),
    ],
)
def test_a_word_that_cannot_be_meant_is_a_fault(change: tuple[str, str], line: str) -> None:
    assert change[0] in SOUND
    assert problems(SOUND.replace(*change, 1)) == [line]


def test_a_country_by_its_name_in_another_language_is_known() -> None:
    assert problems(SOUND.replace("country: country", "country: {value: Deutschland}")) == []


@pytest.mark.parametrize(
    ("totals", "changes", "is_doubted"),
    [
        (["1250", "900", "1000"], {}, True),
        ([1250, 900, 1000], {}, True),
        ([1250, 900, 1000], {"map": {"money": "minor"}}, False),
        (["1250", "9.00", "1000"], {}, False),
        ([1250, 900], {}, False),
        ([12, 9, 7], {}, False),
        ([{"a": 1}, [1], True], {}, False),
    ],
)
async def test_whole_totals_may_be_cents(
    totals: list[Any], changes: dict[str, Any], *, is_doubted: bool
) -> None:
    orders = [
        order(at, changed=NOW, amounts={"total": total, "tax": "0", "shipping": "0"})
        for at, total in enumerate(totals, 1)
    ]
    async with (
        TinyShop({"GET /api/orders": make_page(*orders)}) as shop,
        connected(shop, changes) as connector,
    ):
        report = await connector.check()
    found = [each for each in report.findings if "`map.money` is major" in each.what]
    assert bool(found) is is_doubted
    if found:
        assert found[0].level is CheckLevel.WARNING
        assert found[0].what.endswith("of 3 orders are all whole numbers, e.g. 1250")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a | b || c", "a | (b || c)"),
        ("(a | b) || c", ""),
        ("a | (b || c)", ""),
        ("a || b | c", ""),
        ("f(a | b || c, d)", "a | (b || c)"),
        ("a[?x | y || z]", "x | (y || z)"),
        ("{k: a | b || c}", "a | (b || c)"),
        ("a | b | c || d", "a | b | (c || d)"),
        ("'a | b || c'", ""),
    ],
)
def test_a_pipe_beside_an_alternative_is_shown_as_it_is_read(text: str, read: str) -> None:
    assert find_loose_pipe(text) == read


@given(
    st.lists(st.sampled_from(["a", "|", "||", "(", ")", "[?", "]", ",", "'|'", "&&"]), min_size=1)
)
def test_any_row_of_tokens_is_looked_through(tokens: list[str]) -> None:
    assert "\n" not in find_loose_pipe(" ".join(tokens))
