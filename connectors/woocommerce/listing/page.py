"""One page of orders, as a walk receives it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime

import msgspec

from connectors.orders import OrderId, RejectedOrder
from connectors.woocommerce.listing.span import name_rows
from connectors.woocommerce.mapping.decoding import Row


class DistrustError(Exception):
    """The shop does not sort or filter as asked; the walk has to go another way."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page.

    `asked` is how many rows were asked for, `listed` how many of the list's places the page covers:
    more than it has rows where an order left the list meanwhile. `total` is how many rows the whole
    list has by the shop's word, None if it did not say or is known to count too few.
    """

    rows: Sequence[Row]
    asked: int
    listed: int
    offset: int
    total: int | None

    @property
    def names(self) -> list[Hashable]:
        """An identity for each row."""
        return name_rows(self.rows)

    def has_time(self, modified: datetime | None) -> bool:
        """Whether a row was changed at this moment."""
        return any(row.modified == modified for row in self.rows)

    def find_newest(self) -> datetime | None:
        """The last change of its rows; None where no row says its own."""
        times = (row.modified for row in self.rows if row.modified is not None)
        return max(times, default=None)

    def overlaps(self, before: Page) -> bool:
        """Whether a row of the page `before` comes again unchanged, so that no row can have moved
        up past both unseen.
        """
        known = {(row.id, row.modified) for row in before.rows}
        return any((row.id, row.modified) in known for row in self.rows)


def count_rows(page: Page, before: Page | None) -> int:
    """How many rows a page and the one before it have together."""
    return len(page.rows) + (len(before.rows) if before is not None else 0)


def drop_doubles(rows: Iterable[Row]) -> list[Row]:
    """The rows of a page without those that it holds twice, which cover no place of the list."""
    return list({row.id or -place: row for place, row in enumerate(rows, 1)}.values())


def reject_row(order_id: int, modified: datetime | None, reason: str, *, record: str = "") -> Row:
    """A row whose order the shop fails to show; 0 for an id that is not known, with a `record`."""
    rejected = RejectedOrder(
        id=OrderId(str(order_id or "")),
        number=str(order_id or ""),
        modified_at=modified,
        reason=f"the shop fails over this order: {reason}",
        record=record,
    )
    return Row(id=order_id, modified=modified, order=rejected)
