"""How the shop's list goes on from page to page.

What a page is called goes into the request, as `{{ page.number }}` and the like.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from connectors.fieldmap.blocks import Block, ExpressionText
from connectors.reading.paging import Sized


class _Paging(Block):
    """What all kinds have."""

    size: int = Field(default=50, ge=1, le=5000)
    """Orders asked for at once, as `{{ page.size }}`."""
    smallest: int = Field(default=5, ge=1)
    """How far the size is halved when the shop breaks down over a page."""
    most: int = Field(default=10_000, ge=1, le=100_000)
    """Pages after which a list is taken to run in circles."""
    more: ExpressionText | None = None
    """Whether there is another page: an expression on the answer."""

    @property
    def sizes(self) -> int:
        """How many page sizes are tried while the shop breaks down over a page."""
        return Sized(self.size, self.smallest).sizes


class _Numbered(_Paging):
    """What the kinds have that count."""

    total: ExpressionText | None = None
    """How many orders the whole list has: an expression on the answer.

    Portside compares it with what was read, and so notices what the shop leaves out.
    """
    short_is_last: bool = False
    """A page with fewer orders than asked for is the last one.

    Only for shops that always fill their pages; else an empty page is the end.
    """
    past_end: tuple[int, ...] = ()
    """Statuses by which the shop says that there is no such page, e.g. [404]."""


class PagePaging(_Numbered):
    """Pages by number: `{{ page.number }}`."""

    kind: Literal["page"]
    first: int = Field(default=1, ge=0, le=1)
    """The number of the first page."""
    pages: ExpressionText | None = None
    """How many pages there are: an expression on the answer."""


class OffsetPaging(_Numbered):
    """Pages by position: `{{ page.offset }}`, e.g.

    `skip` and `take`, or `{{ page.offset }},{{ page.size }}`.
    """

    kind: Literal["offset"]


class CursorPaging(_Paging):
    """The answer holds what names the next page: `{{ page.cursor }}`, null for the first."""

    kind: Literal["cursor"]
    next: ExpressionText
    """The cursor of the next page: an expression on the answer. Null or empty: this was the last.
    """
    total: ExpressionText | None = None
    """How many orders the whole list has, for a first guess of the pages."""


class LinkPaging(_Paging):
    """The `Link` header of the answer leads to the next page."""

    kind: Literal["link"]
    total: ExpressionText | None = None
    """How many orders the whole list has, for a first guess of the pages."""


class NextUrlPaging(_Paging):
    """The answer's body holds the next page's address."""

    kind: Literal["next_url"]
    next: ExpressionText
    """That address: an expression on the answer. Null or empty: this was the last."""
    total: ExpressionText | None = None
    """How many orders the whole list has, for a first guess of the pages."""


class KeysetPaging(_Paging):
    """Always the first page, of a window that begins at the newest order read so far.

    No change while reading can hide an order.

    The shop must list by modified time, oldest first. `{{ page.offset }}` is needed for many orders
    of one and the same time.
    """

    kind: Literal["keyset"]
    total: ExpressionText | None = None
    """How many orders there are from the window's start on: an expression on the answer."""


class NoPaging(Block):
    """The shop sends everything at once."""

    kind: Literal["none"] = "none"

    @property
    def sizes(self) -> int:
        """The whole list is asked for in one way only."""
        return 1


def _read_paging(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


Kinds = Annotated[
    PagePaging | OffsetPaging | CursorPaging | LinkPaging | NextUrlPaging | KeysetPaging | NoPaging,
    Field(discriminator="kind"),
]
Paging = Annotated[
    Kinds,
    BeforeValidator(
        _read_paging,
        json_schema_input_type=Literal["link", "none", "page", "offset", "keyset"] | Kinds,
    ),
]
"""One way to go on, told apart by `kind`."""

USES: dict[str, tuple[tuple[str, ...], ...]] = {
    "page": (("page", "number"),),
    "offset": (("page", "offset"),),
    "cursor": (("page", "cursor"),),
    "keyset": (("window", "start"),),
}
"""What a request must speak of for its kind of paging to go on at all."""
