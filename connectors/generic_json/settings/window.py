"""How the shop is asked for the orders of a span of time."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from connectors.fieldmap.blocks import Block
from connectors.generic_json.settings.values import TimeForm, Zone
from connectors.interface import Duration
from connectors.places import MisplacedError
from connectors.reading.durations import write_duration

# By so many a span is widened at most: each end is cut off, and one that is exclusive moved.
_MOST_GRAINS = 4


class WindowSettings(Block):
    """How `{{ window.start }}` and `{{ window.end }}` are written, and what the shop makes of
    them.
    """

    kind: Literal["filter", "scan", "none"] = "filter"
    """`filter`: the shop selects by time.

    `scan`: it cannot, but lists the newest first, and reading stops at older ones. `none`: all is
    read and selected here, for small shops.
    """
    format: TimeForm = "iso"
    """How a time is written to the shop: iso, local (no zone), datetime (a blank in the middle),
    epoch, epoch_ms, rfc2822, or with %.
    """
    zone: Zone = "UTC"
    """The zone in which it is written."""
    start: Literal["inclusive", "exclusive"] = "inclusive"
    """Whether an order modified at the very start belongs to the shop's answer."""
    end: Literal["inclusive", "exclusive"] = "inclusive"
    """Whether one at the very end does."""
    grain: Duration = Field(default=timedelta(seconds=1), ge=timedelta(milliseconds=1))
    """How finely the shop tells times apart.

    The span asked for is widened by it where a bound is exclusive or cut off.
    """
    overlap: Duration = timedelta(0)
    """How much earlier to ask, for a shop that shows changes late.

    What lies outside the window is left out here.
    """
    longest: Duration | None = None
    """The longest span that the shop takes in one request, e.g. 31d; none: any. A longer one is
    asked for in slices, the oldest first.
    """
    outside: Literal["refuse", "drop"] = "refuse"
    """What to do when the shop sends orders from long before the start, which means that it ignores
    the filter or reads it in another zone: `refuse` tells the operator, `drop` leaves them out in
    silence.
    """
    sorted_by: Literal["modified_at", "placed_at"] = "modified_at"
    """Only for `scan`: by which of its times the shop's list is sorted, newest first."""
    reach: Duration = timedelta(0)
    """Only for `scan` sorted by `placed_at`: how long after it was placed an order may still
    change.
    """

    @model_validator(mode="after")
    def _check_longest(self) -> Self:
        if self.longest is None:
            return self
        if self.kind != "filter":
            raise MisplacedError(
                ("longest",), f"expected kind: filter, because no span is asked for by {self.kind}"
            )
        if self.slice_span <= timedelta(0):
            raise MisplacedError(
                ("longest",),
                f"expected more than {write_duration(self.longest - self.slice_span)}, which is"
                " overlap and four times grain together, because slices reach over one another by"
                " that much",
            )
        return self

    @property
    def slice_span(self) -> timedelta:
        """How long a slice may be, so that what is asked for is no longer than the shop takes."""
        whole = self.longest or timedelta.max
        return whole - self.overlap - _MOST_GRAINS * self.grain
