"""From a span of time to the words a shop's request is given. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.generic_json.settings.window import WindowSettings
from connectors.language.functions.times import EPOCH, write_time
from connectors.orders import Window

_TOLERANCE = timedelta(seconds=2)


def widen_start(start: datetime, settings: WindowSettings) -> datetime:
    """The start to ask for, so that an order of `start` itself is in the answer whatever the shop's
    grain and bounds.
    """
    cut = start - settings.overlap
    cut -= (cut - EPOCH) % settings.grain
    return cut - settings.grain if settings.start == "exclusive" else cut


def widen_end(end: datetime, settings: WindowSettings) -> datetime:
    """The end to ask for, so that an order of `end` itself is in the answer."""
    rest = (end - EPOCH) % settings.grain
    cut = end + (settings.grain - rest if rest else timedelta(0))
    return cut + settings.grain if settings.end == "exclusive" else cut


def make_window_values(window: Window | None, settings: WindowSettings) -> dict[str, Any]:
    """`{{ window.start }}` and `{{ window.end }}`; both null where there is no window."""
    if window is None:
        return {"start": None, "end": None}
    bounds = (widen_start(window.start, settings), widen_end(window.end, settings))
    return dict(
        zip(
            ("start", "end"),
            (write_time(bound, settings.format, settings.zone) for bound in bounds),
            strict=True,
        )
    )


def is_foreign(modified_at: datetime, window: Window, settings: WindowSettings) -> bool:
    """Whether an order is so old that the shop cannot have looked at the start it was asked for."""
    return (
        settings.kind == "filter"
        and modified_at < widen_start(window.start, settings) - settings.grain - _TOLERANCE
    )


def find_scan_end(window: Window, settings: WindowSettings) -> datetime:
    """The time of sorting behind which a newest-first list holds nothing more of the window."""
    return (
        window.start
        - settings.overlap
        - (settings.reach if settings.sorted_by == "placed_at" else timedelta(0))
    )


def slice_window(window: Window | None, settings: WindowSettings) -> list[Window | None]:
    """The spans to ask for one after the other, so that none is longer than the shop takes; each
    begins where the one before ends.
    """
    if window is None or settings.longest is None:
        return [window]
    span, begin, slices = settings.slice_span, window.start, list[Window | None]()
    while window.end - begin > span:
        slices.append(Window(start=begin, end=begin + span))
        begin += span
    return [*slices, Window(start=begin, end=window.end)]


def make_probe_window(reach: timedelta, settings: WindowSettings) -> Window:
    """The window from so long ago until now, as far as the shop takes it in one request."""
    if settings.longest is None:
        return make_window_back(reach)
    window = make_window_back(min(reach, settings.slice_span))
    return Window(start=max(window.start, window.end - settings.slice_span), end=window.end)


def make_window_back(reach: timedelta) -> Window:
    """The window from so long ago until now, and a little more for clocks that differ."""
    now = datetime.now(UTC)
    return Window(start=now - reach, end=now + timedelta(minutes=10))
