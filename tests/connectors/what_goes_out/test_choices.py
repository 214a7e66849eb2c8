"""What the buyer chose, uploaded or wrote reaches the packer whatever shape it has in the shop."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.fieldmap.filler import Filler
from connectors.fieldmap.settings import AddressSettings, FillSettings, build_fill_rules
from connectors.orders import Order
from connectors.reading.markup import write_choice
from tests.connectors.what_goes_out.cells import Example, Word, load_table
from tests.connectors.what_goes_out.readers import read_example

LINK = "https://shop.example/u/ada.png"
TOPPINGS = ["Nuts", "Cream"]


def meta(key: str, value: Any) -> dict[str, Any]:
    return {"key": key, "value": value}


def field(name: str, value: Any) -> dict[str, Any]:
    return {"name": name, "value": value}


@pytest.mark.parametrize(
    ("platform", "line"),
    [
        ("woocommerce", {"meta_data": [meta("Top", TOPPINGS), meta("Logo", LINK)]}),
        ("shopify", {"properties": [field("Top", TOPPINGS), field("Logo", LINK)]}),
        (
            "shopify_graphql",
            {"customAttributes": [{"key": "Top", "value": "Nuts, Cream"}, meta("Logo", LINK)]},
        ),
        (
            "ecwid",
            {
                "selectedOptions": [
                    {"name": "Top", "type": "CHOICES", "valuesArray": TOPPINGS},
                    {"name": "Logo", "type": "FILES", "files": [{"name": "a.png", "url": LINK}]},
                ]
            },
        ),
        (
            "bigcommerce",
            {
                "product_options": [
                    {"display_name": "Top", "display_value": TOPPINGS},
                    {"display_name": "Logo", "display_value": f'<a href="{LINK}">ada.png</a>'},
                ]
            },
        ),
        (
            "squarespace",
            {
                "customizations": [
                    {"label": "Top", "value": TOPPINGS},
                    {"label": "Logo", "value": LINK},
                ]
            },
        ),
        (
            "prestashop",
            {
                "customization": {
                    "customized_data_text_fields": [{"value": "Nuts, Cream"}],
                    "customized_data_images": [{"value": LINK}],
                }
            },
        ),
        (
            "magento",
            {
                "product_option": {
                    "extension_attributes": {
                        "custom_options": [
                            {"option_id": "Top", "option_value": "Nuts, Cream"},
                            {"option_id": "Logo", "option_value": LINK},
                        ]
                    }
                }
            },
        ),
    ],
)
def test_lists_and_links_are_kept(platform: str, line: dict[str, Any]) -> None:
    row = load_table()[platform]
    lines = [{**row.order[row.lines][0], **line}]
    entry = read_example(row, Example(says=Word.PARCEL, order={row.lines: lines}))
    assert isinstance(entry, Order), entry
    top, logo = entry.items[0].options
    assert top.name.removeprefix("Option ") in {"Top", "Customization"}
    assert top.value == "Nuts, Cream"
    assert logo.name.removeprefix("Option ") in {"Logo", "Customization image"}
    assert LINK in logo.value


def test_an_option_of_the_settings_may_be_a_list_too() -> None:
    fields = FillSettings.model_validate({"items": {"options": {"Top": "top", "Logo": "logo"}}})
    rules = build_fill_rules(fields, AddressSettings(), None, None)
    assert rules is not None
    row = load_table()["shopify"]
    entry = read_example(row, Example(says=Word.PARCEL))
    assert isinstance(entry, Order)
    complaints = list[tuple[str, str]]()
    filler = Filler(rules, lambda *complaint: complaints.append(complaint))
    lines = {entry.items[0].id: {"top": TOPPINGS, "logo": f'<a href="{LINK}">ada.png</a>'}}
    filled = filler.fill(entry, {}, lines)
    assert isinstance(filled, Order)
    assert [(each.name, each.value) for each in filled.items[0].options] == [
        ("Top", "Nuts, Cream"),
        ("Logo", f"ada.png {LINK}"),
    ]
    assert complaints == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"Text": "Ada", "Font": ["serif", "bold"]}, "Text: Ada; Font: serif, bold"),
        ([True, False, None, "", 7], "yes, 7"),
        ([[[["too deep"]]]], ""),
        (list(range(1000)), ", ".join(map(str, range(50)))),
    ],
)
def test_any_shape_is_text_of_bounded_length(value: Any, text: str) -> None:
    assert write_choice(value, lambda plain: "" if plain is None else str(plain)) == text
