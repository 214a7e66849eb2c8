"""The fenced blocks of README and docs, and settings made of those that show settings."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from connectors.generic_json.settings.mapping import OrderMap
from connectors.generic_json.settings.shop import GenericJsonSettings
from proxy.settings.models import Settings
from proxy.settings.store import StoreSettings

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"(?ms)^( *)```(\w*)[^\n]*\n(.*?)^ *```$")
_KEY = re.compile(r"(?m)^([a-z_]+):")


class Block(NamedTuple):
    """A fenced block: where it begins, its language, its lines without the page's indent."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        """Where it is, as a test's name."""
        return f"{self.page}:{self.line}"


def list_blocks() -> Iterator[Block]:
    """All of them."""
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))):
        text = page.read_text()
        for fence in _FENCE.finditer(text):
            line = text.count("\n", 0, fence.start()) + 1
            inner = textwrap.dedent(fence[3])
            yield Block(str(page.relative_to(ROOT)), line, fence[2], inner)


def complete_settings(block: Block) -> str:
    """A whole settings file around a block that shows a part of one, whatever part that is.

    What such a part cannot do without is added: a shop. A recipe's page shows parts of that recipe.
    """
    page = Path(block.page)
    recipe = page.stem if page.parent.name == "recipes" else "medusa"
    return _complete(block.text, recipe)


def _complete(text: str, recipe: str) -> str:
    keys = _KEY.findall(text)
    shop = f"type: generic_json\nrecipe: {recipe}\nurl: https://shop.example\n"
    if keys[0] in Settings.model_fields:
        other = "" if "stores" in keys else _nest(shop, "stores", "other", "connector")
        return text + other
    if keys[0] in StoreSettings.model_fields:
        more = "" if "connector" in keys else _nest(shop, "connector")
        return _nest(text + more, "stores", "shown")
    if keys[0] in GenericJsonSettings.model_fields:
        return _nest(shop + text, "stores", "shown", "connector")
    if keys[0] in OrderMap.model_fields:
        return _complete(_nest(text, "map"), recipe)
    return _complete(_nest(text, "orders"), recipe)


def _nest(block: str, *keys: str) -> str:
    """The block under these keys, the outermost first."""
    for key in reversed(keys):
        block = f"{key}:\n{textwrap.indent(block, '  ')}"
    return block
