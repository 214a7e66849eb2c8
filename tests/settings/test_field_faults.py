"""A fault in an expression of a store's fields, addresses and filters is found while the settings
load, with its line, column and sentence.
"""

from __future__ import annotations

import pytest

from proxy.settings.loader import parse_settings
from tests.settings.kinds import find_kind
from tests.settings.sound_store import NAMES, STORE, read_complaint

FAULTS = [
    (
        "    fields: {custom_field_2: meta..x}\n",
        (
            "5:30: stores.north.fields.custom_field_2: in the expression 'meta..x': not understood"
            " at character 6, at '.x'"
        ),
    ),
    (
        "    fields: {custom_feild_2: meta}\n",
        "5:14: stores.north.fields.custom_feild_2: unknown key; did you mean 'custom_field_2'?",
    ),
    (
        "    fields: {items: {location: 'uper(bin)'}}\n",
        (
            "5:32: stores.north.fields.items.location: in the expression 'uper(bin)': there is no"
            " function uper(); did you mean upper()?"
        ),
    ),
    (
        "    fields: {dimensions: {length: l, width: w, height: h, unit: furlong}}\n",
        (
            "5:65: stores.north.fields.dimensions.unit: expected a length in cm, mm, m, in, ft or"
            " yd, found 'furlong'"
        ),
    ),
    (
        "    address: {ship_to: {line1: 'words('}}\n",
        ("5:32: stores.north.address.ship_to.line1: in the expression 'words(': it ends too early"),
    ),
    (
        "    filters: {only: 'total >'}\n",
        "5:21: stores.north.filters.only: in the expression 'total >': it ends too early",
    ),
    (
        "    filters: {exclude: 'total > 0'}\n",
        (
            "5:24: stores.north.filters.exclude: in the expression 'total > 0': not understood at"
            " character 9, at '0'; a number is written in back quotes, as in `12`"
        ),
    ),
    (
        "    customs: custom_field_2\n    tax_ids: custom_field_2\n",
        (
            "3:5: stores.north: expected different fields for customs and tax_ids, found"
            " custom_field_2 for both"
        ),
    ),
    (
        "    status_words: {paid: done, shipped: Done}\n",
        (
            "5:19: stores.north.status_words: expected a word of its own for each state, found"
            " 'done' for paid and shipped"
        ),
    ),
    (
        "    status_words: {paid: shipped}\n",
        (
            "5:19: stores.north.status_words: expected a word of its own for each state, found"
            " 'shipped' for paid and shipped"
        ),
    ),
    (
        "    status_words: {payed: done}\n",
        (
            "5:20: stores.north.status_words.payed: expected 'unpaid', 'paid', 'shipped',"
            " 'cancelled' or 'on_hold', found 'payed'; did you mean 'paid'?"
        ),
    ),
]


@pytest.mark.parametrize(("text", "complaint"), FAULTS)
def test_each_fault_is_named_with_its_line_column_and_what_was_expected(
    text: str, complaint: str
) -> None:
    assert read_complaint(STORE + text) == [f"s.yaml:{complaint}"]


def test_an_expression_knows_its_line() -> None:
    text = STORE + "    filters:\n      only: total\n"
    store = parse_settings(text, file="s.yaml", find_type=find_kind, environment=NAMES).stores[
        "north"
    ]
    assert store.filters.only is not None
    assert store.filters.only.place == "s.yaml:6"
