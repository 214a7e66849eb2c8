"""Where one field of an order comes from, as a frozen value that a map goes by."""

from __future__ import annotations

import msgspec

from connectors.language.expressions import Expression

Constant = str | int | bool


class FieldRule(msgspec.Struct, frozen=True, kw_only=True):
    """Where a field comes from: the first of `sources` that finds something, or else `value`.

    `table` turns the shop's words into ours, whatever their case; `default` is taken where nothing
    is found, or nothing in the table. `direct` is set by the rule itself: its one source, where
    that is a plain path and what it finds is taken as it is.
    """

    sources: tuple[Expression, ...]
    value: Constant | None
    table: dict[str, Constant]
    default: Constant | None
    direct: Expression | None = None

    def __post_init__(self) -> None:
        if len(self.sources) == 1 and self.sources[0].plain and not self.table:
            msgspec.structs.force_setattr(self, "direct", self.sources[0])
