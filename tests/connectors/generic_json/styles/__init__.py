"""The settings of each style of the fake shop."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from connectors.generic_json.recipes.reader import merge_keys
from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.testing.shops.json_shop import Style

FOLDER = Path(__file__).parent


def read_style(style: Style, url: str) -> GenericJsonSettings:
    """The settings of a style, for the shop at `url`."""
    return _read_settings(style).model_copy(update={"url": url})


def style_block(style: Style) -> dict[str, Any]:
    """The same, as it stands in YAML."""
    return deepcopy(_read_block(style))


@cache
def _read_block(style: Style) -> dict[str, Any]:
    texts = [
        yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
        for name in ("map.yaml", f"{style}.yaml")
    ]
    block: dict[str, Any] = merge_keys(*texts)
    return block


@cache
def _read_settings(style: Style) -> GenericJsonSettings:
    return GenericJsonSettings.model_validate({**style_block(style), "url": "http://shop.example"})
