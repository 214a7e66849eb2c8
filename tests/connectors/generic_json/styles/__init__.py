"""The settings of each style of the fake shop."""

from pathlib import Path
from typing import Any

import yaml

from connectors.generic_json.recipes.reader import merge_keys
from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.testing.shops.json_shop import Style

FOLDER = Path(__file__).parent


def read_style(style: Style, url: str) -> GenericJsonSettings:
    """The settings of a style, for the shop at `url`."""
    return GenericJsonSettings.model_validate({**style_block(style), "url": url})


def style_block(style: Style) -> dict[str, Any]:
    """The same, as it stands in YAML."""
    texts = [
        yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
        for name in ("map.yaml", f"{style}.yaml")
    ]
    block: dict[str, Any] = merge_keys(*texts)
    return block
