"""Recipes come with the package, are sound, and may be changed key by key."""

from typing import Any

import pytest
from pydantic import ValidationError

from connectors.fieldmap.sources import FieldSource
from connectors.generic_json.recipes.reader import list_recipes, merge_keys, read_recipe
from connectors.generic_json.settings.auth.keys import BasicLogin, BearerLogin
from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.places import PlacedText
from connectors.registry import Registry
from proxy.settings.loader import parse_settings
from proxy.settings.problems import SettingsError


def made(**changes: Any) -> GenericJsonSettings:
    return GenericJsonSettings.model_validate(
        {
            "type": "generic_json",
            "recipe": "medusa",
            "url": "https://shop.example",
            "auth": {"username": "k"},
            **changes,
        }
    )


def test_medusa_is_among_them() -> None:
    assert "medusa" in list_recipes()


@pytest.mark.parametrize("name", list_recipes())
def test_a_recipe_brings_everything_but_address_and_secrets(name: str) -> None:
    recipe = read_recipe(name)
    assert {"orders", "order", "map", "shipment"} <= recipe.keys()
    assert "probe" in recipe["shipment"]


def test_a_key_is_replaced_and_its_neighbours_stay() -> None:
    settings = made(map={"source": {"value": "attic"}}, orders={"paging": {"size": 7}})
    assert settings.map.source is not None
    assert settings.map.source.value == "attic"
    assert settings.map.total.sources[0].source == "total"
    assert settings.orders.paging.size == 7  # type: ignore[union-attr] # medusa's has one


def test_a_key_without_a_value_is_taken_away() -> None:
    assert made(map={"source": None}).map.source is None
    assert made(shipment=None).shipment is None


def test_a_list_is_replaced_whole() -> None:
    assert [
        each.sources[0].source for each in made(map={"custom_fields": ["email"]}).map.custom_fields
    ] == ["email"]


def test_another_way_to_log_in_replaces_the_recipes() -> None:
    assert isinstance(made().auth, BasicLogin)
    assert isinstance(made(auth={"kind": "bearer", "token": "t"}).auth, BearerLogin)


def test_an_unknown_recipe_is_named_with_what_was_meant() -> None:
    with pytest.raises(
        ValidationError, match=r"there is no recipe 'medsa'; did you mean 'medusa'\?"
    ):
        made(recipe="medsa")
    for name in ("../medusa", "medusa.yaml", "/etc/passwd", "Medusa"):
        with pytest.raises(ValidationError, match="there is no recipe"):
            made(recipe=name)


def test_a_text_of_a_recipe_knows_its_line() -> None:
    total = read_recipe("medusa")["map"]["total"]
    assert isinstance(total, PlacedText)
    assert total.place.startswith("recipe medusa, line ")
    assert made().map.total.sources[0].place == total.place


def test_a_fault_in_an_override_is_named_at_its_line() -> None:
    text = """
stores:
  attic:
    credentials: {username: a, password: b}
    connector:
      type: generic_json
      recipe: medusa
      url: https://shop.example
      auth: {username: key}
      map:
        total: summ(items[].total)
"""
    with pytest.raises(SettingsError) as fault:
        parse_settings(text, file="settings.yaml", find_type=Registry().get, environment={})
    assert str(fault.value).startswith(
        "settings.yaml:11:16: stores.attic.connector.map.total: in the expression"
    )
    assert "did you mean sum()?" in str(fault.value)


def test_merging_changes_neither_side() -> None:
    under: dict[str, Any] = {"a": {"b": 1, "c": 2}, "d": [1]}
    over: dict[str, Any] = {"a": {"b": None}, "d": [2], "e": None}
    assert merge_keys(under, over) == {"a": {"c": 2}, "d": [2], "e": None}
    assert under == {"a": {"b": 1, "c": 2}, "d": [1]}


def test_a_field_may_be_written_short_or_long() -> None:
    short, several, long = (
        FieldSource.model_validate(each)
        for each in ({"from": "a"}, {"from": ["a"]}, {"from": ["a"], "default": None})
    )
    assert [source.sources[0].source for source in (short, several, long)] == ["a", "a", "a"]
