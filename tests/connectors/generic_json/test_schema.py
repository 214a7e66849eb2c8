"""The JSON Schema for editors knows the whole language: what is good passes, what is unknown does
not.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from connectors.generic_json.recipes.reader import list_recipes, merge_keys
from connectors.testing.shops.json_shop import Style
from proxy.cli.main import main
from tests.connectors.generic_json.formats.dresses import Dress, dress_block
from tests.connectors.generic_json.json_schema import Checker
from tests.connectors.generic_json.styles import style_block

FOLDER = Path(__file__).parent
SCHEMA: dict[str, Any] = json.loads(CliRunner().invoke(main, ["schema"]).stdout)
fits = Checker(SCHEMA).fits


def settings(connector: dict[str, Any]) -> dict[str, Any]:
    return {
        "stores": {
            "attic": {"credentials": {"username": "u", "password": "p"}, "connector": connector}
        }
    }


def test_the_good_settings_fit() -> None:
    assert fits(yaml.safe_load((FOLDER / "good.yaml").read_text(encoding="utf-8")), SCHEMA)


@pytest.mark.parametrize("style", list(Style))
def test_every_style_fits(style: Style) -> None:
    assert fits(settings({**style_block(style), "url": "https://x.example"}), SCHEMA)


@pytest.mark.parametrize("dress", list(Dress))
def test_every_format_fits(dress: Dress) -> None:
    assert fits(settings({**dress_block(dress), "url": "https://x.example"}), SCHEMA)


@pytest.mark.parametrize("name", list_recipes())
def test_a_recipe_fits_alone_and_with_a_key_of_ones_own(name: str) -> None:
    own = {"type": "generic_json", "recipe": name, "url": "https://x.example"}
    assert fits(settings(own), SCHEMA)
    assert fits(
        settings(
            {
                **own,
                "map": {"source": {"value": "attic"}},
                "orders": {"paging": {"kind": "offset", "size": 7}},
            }
        ),
        SCHEMA,
    )
    text = (
        FOLDER.parents[2] / "connectors" / "generic_json" / "recipes" / f"{name}.yaml"
    ).read_text(encoding="utf-8")
    keys = yaml.safe_load(text)
    # What a recipe says of itself is no key of a store's.
    del keys["about"]
    for part in [{}, *keys.pop("versions", {}).values(), *keys.pop("extras", {}).values()]:
        block = merge_keys(keys, part)
        assert fits(settings({"type": "generic_json", "url": "https://x.example", **block}), SCHEMA)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("totl", "total: count"),
        ("kind: lgin", "kind: login"),
        ("means: finished", "means: done"),
        ("unit: minutes", "unit: ms"),
        ("money: pence", "money: minor"),
        ("is: canceled", "is: cancelled"),
        ("nme: words(first, last)", "name: words(first, last)"),
        ("grain: 1 second", "grain: 1s"),
        ("custom_fields: [a, b, c, d]", "custom_fields: [po, gate]"),
        ("stesp:", "steps:"),
        ("method: SEND", "method: PUT"),
    ],
)
def test_what_is_wrong_does_not_fit(old: str, new: str) -> None:
    text = (FOLDER / "good.yaml").read_text(encoding="utf-8")
    assert new in text
    assert not fits(
        yaml.safe_load(text.replace(new, old if ":" in old else new.replace("total", old), 1)),
        SCHEMA,
    )
