"""The recipes are there under their names, and a merchant's own keys change them one by one."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.generic_json.recipes.reader import list_recipes, read_about, read_recipe
from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.orders import Order, OrderStatus
from connectors.registry import Registry
from proxy.settings.loader import parse_settings
from proxy.settings.problems import SettingsError
from tests.connectors.generic_json.recipes.shops.magento import Magento
from tests.connectors.generic_json.recipes.test_platforms import PLATFORMS, listed, opened

DOCS = Path(__file__).parents[4] / "docs" / "recipes"
ALL = [
    "bigcommerce",
    "commercetools",
    "ecwid",
    "magento",
    "medusa",
    "prestashop",
    "saleor",
    "shopware",
    "solidus",
    "spree",
    "squarespace",
    "vendure",
]


def texts(value: Any) -> Iterator[str]:
    """Every text in a recipe."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def test_twelve_recipes_come_with_portside_and_each_is_tried() -> None:
    assert list_recipes() == ALL
    assert {make.recipe for make in PLATFORMS} | {"medusa", "vendure"} == set(ALL)


def test_editors_are_told_their_names() -> None:
    assert GenericJsonSettings.model_json_schema()["properties"]["recipe"]["enum"] == ["", *ALL]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("bigcomerce", "bigcommerce"), ("presta-shop", "prestashop"), ("Shopware6", "shopware")],
)
def test_a_name_typed_wrong_is_answered_with_the_right_one(typed: str, meant: str) -> None:
    with pytest.raises(ValidationError, match=f"did you mean '{meant}'"):
        GenericJsonSettings.model_validate(
            {"type": "generic_json", "recipe": typed, "url": "https://x.example"}
        )


def test_a_name_like_no_other_is_answered_with_all_of_them() -> None:
    with pytest.raises(ValidationError, match=", ".join(ALL)):
        GenericJsonSettings.model_validate(
            {"type": "generic_json", "recipe": "quux", "url": "https://x.example"}
        )


@pytest.mark.parametrize(
    ("version", "says"),
    [
        ("7", "version: the recipe 'spree' has no version '7'; it has 5, 6"),
        ("6.1", "version: the recipe 'spree' has no version '6.1'; it has 5, 6"),
    ],
)
def test_a_version_that_a_recipe_does_not_know_is_named(version: str, says: str) -> None:
    text = (
        "stores:\n  a:\n    credentials: {username: a, password: b}\n    connector:\n"
        "      type: generic_json\n      recipe: spree\n      url: https://shop.example\n"
        f"      auth: {{value: k}}\n      version: {version}\n"
    )
    with pytest.raises(SettingsError) as fault:
        parse_settings(text, file="settings.yaml", find_type=Registry().get, environment={})
    assert str(fault.value) == f"settings.yaml:9:16: stores.a.connector.{says}"


def test_a_version_without_a_recipe_is_refused() -> None:
    with pytest.raises(ValidationError, match="expected no version, because no recipe is named"):
        GenericJsonSettings.model_validate(
            {"type": "generic_json", "version": 6, "url": "https://x.example"}
        )


@pytest.mark.parametrize("name", ALL)
def test_no_expression_denies_a_list_where_it_means_to_deny_what_a_filter_finds(name: str) -> None:
    # In JMESPath `!a[?b]` is `(!a)[?b]`, which is never true.
    wrong = [text for text in texts(read_recipe(name)) if re.search(r"![a-zA-Z_.]+\[\?", text)]
    assert not wrong


@pytest.mark.parametrize("name", ALL)
def test_the_block_that_its_page_shows_is_sound_and_the_page_says_what_it_was_checked_against(
    name: str,
) -> None:
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    (block, *_) = re.findall(r"```yaml\n(stores:.*?)```", page, re.DOTALL)
    assert f"recipe: {name}\n" in block
    environment = dict.fromkeys(re.findall(r"\$\{(\w+)\}", block), "s")
    settings = parse_settings(
        block, file="settings.yaml", find_type=Registry().get, environment=environment
    )
    assert len(settings.stores) == 1
    about = read_about(name)
    assert "Checked against" in page
    assert {about.versions, about.checked} <= set(
        re.findall("|".join((re.escape(about.versions), about.checked)), page)
    )
    (row,) = re.findall(
        rf"^\| \[`{name}`\].*$", (DOCS / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert f"({name}.md) | {about.versions} |" in row
    assert row.endswith(f", {about.checked} |")
    assert date.fromisoformat(about.checked) <= date.today()  # noqa: DTZ011 -- a day of the calendar


async def test_single_keys_are_changed_and_all_others_stay() -> None:
    shop = Magento()
    changes = {
        "map": {
            "status": {"table": {"waiting_for_the_moon": "on_hold", "processing": "unpaid"}},
            "items": {"weight": {"unit": "oz", "unit_from": None}},
            "custom_fields": ["increment_id"],
        },
    }
    async with opened(shop, **changes) as connector:
        (order, *_) = await listed(connector)
        shop.sale(order.number).word = "complete"
        after = await connector.get_order(order.id)
    assert (order.status, order.custom_fields) == (OrderStatus.UNPAID, (order.number,))
    assert order.items[0].weight is not None
    assert order.items[0].weight.unit == "ounces"
    assert isinstance(after, Order)
    assert after.status is OrderStatus.SHIPPED
