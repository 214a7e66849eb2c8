"""One page of orders, as a walk receives it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime

import msgspec

from connectors.errors import IncompleteListingError, UnavailableError
from connectors.orders import OrderId, RejectedOrder
from connectors.woocommerce.listing.span import name_rows
from connectors.woocommerce.mapping.decoding import Row

_DROPS = "it ignores which page is asked for (a web server or a plugin may drop the query)"
_FILLS = "it ignores how many orders a page is to hold"


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


def build_placeless_error(found: str) -> IncompleteListingError:
    """The error of a shop whose lists go on behind their end; `found` is what it said there."""
    return IncompleteListingError(
        "The list of orders cannot be proved complete: the shop fails over a row of it, and shows"
        f" one behind its end too: {_DROPS}.{found}"
    )


def explain_lists(error: UnavailableError, *, is_placeless: bool) -> UnavailableError:
    """The error of a shop that fails over its lists of orders and answers other reads.

    `is_placeless`: it fails over a list behind the end of all orders, too.
    """
    if is_placeless:
        where, ignored = "each list of orders, even over one behind their end,", _DROPS
    else:
        where, ignored = "the first pages of its orders, though each is to hold one order,", _FILLS
    return UnavailableError(
        f"{error} The shop fails over {where} and answers other reads: a plugin breaks all lists,"
        f" or an order breaks them and {ignored}.",
        retry_after=error.retry_after,
    )


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
