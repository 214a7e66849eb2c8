"""What the buyer chose for a line, as people read it: text, lists, links of add-ons. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connectors.orders import ItemOption
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.bundles import is_shown
from connectors.woocommerce.mapping.values import read_plain, read_text

# So much of a value is read.
_LONGEST = 2_000
_MOST_PARTS = 50
_DEEPEST = 3
_LINK = re.compile(r"""href\s{0,3}=\s{0,3}["']?(https?://[^\s"'<>]{1,1000})""", re.IGNORECASE)


def read_options(metas: wire.Metas) -> tuple[ItemOption, ...]:
    """The choices in the shop's order. Hidden keys and empty values are not meant for people."""
    return tuple(_read_each(metas))


def _read_each(metas: wire.Metas) -> Iterator[ItemOption]:
    for meta in wire.read_list(metas):
        if not is_shown(meta.key):
            continue
        shown = meta.display_value if meta.display_value is not None else meta.value
        if value := _read_value(shown):
            yield ItemOption(name=_read_value(meta.display_key) or read_text(meta.key), value=value)


def _read_value(value: Any, depth: int = 0) -> str:
    """A value of any shape: lists as `Nuts, Cream`, objects as `Text: Ada; Font: serif`, the
    address of a link behind its text.
    """
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, list) and depth < _DEEPEST:
        return ", ".join(
            filter(None, [_read_value(each, depth + 1) for each in value[:_MOST_PARTS]])
        )
    if isinstance(value, dict) and depth < _DEEPEST:
        pairs = list(value.items())[:_MOST_PARTS]
        texts = ((name, _read_value(each, depth + 1)) for name, each in pairs)
        return "; ".join(f"{name}: {text}" for name, text in texts if text)
    text = value[:_LONGEST] if isinstance(value, str) else value
    plain = read_plain(text)
    if isinstance(text, str) and "href" in text:
        links = [link for link in dict.fromkeys(_LINK.findall(text)) if link not in plain]
        return " ".join(filter(None, [plain, *links]))
    return plain
