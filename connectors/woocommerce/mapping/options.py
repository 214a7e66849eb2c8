"""What the buyer chose for a line, as people read it: text, lists, links of add-ons. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.orders import ItemOption
from connectors.reading.markup import write_choice
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.bundles import is_shown
from connectors.woocommerce.mapping.values import read_plain, read_text


def read_options(metas: wire.Metas) -> tuple[ItemOption, ...]:
    """The choices in the shop's order. Hidden keys and empty values are not meant for people."""
    return tuple(_read_each(metas))


def _read_each(metas: wire.Metas) -> Iterator[ItemOption]:
    for meta in wire.read_list(metas):
        if not is_shown(meta.key):
            continue
        shown = meta.display_value if meta.display_value is not None else meta.value
        if value := write_choice(shown, read_plain):
            name = write_choice(meta.display_key, read_plain) or read_text(meta.key)
            yield ItemOption(name=name, value=value)
