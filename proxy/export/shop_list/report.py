"""What a store's windows have shown of its shop's list, told to the operator: remarks."""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.interface import Remark
from connectors.reading.durations import write_duration
from connectors.upstream.shop_clock import describe_offset
from proxy.rules.lateness import (
    QUIET,
    ShopList,
    find_clock_behind,
    find_widened,
)
from proxy.stores import Store

_TWO_POLLERS = (
    "Two clients poll this store, each with windows of its own, and Portside cannot tell which of"
    " them has an order: give each a store of its own, and have a monitor ask `/readyz` or run"
    " `portside verify`."
)


def report_list(store: Store, state: ShopList, setting: timedelta, now: datetime) -> None:
    """To be called now and then: a remark lives only as long as it is repeated."""
    store.remark(Remark(about="late list", text=_describe_late_list(state, setting, now)))
    store.remark(Remark(about="shop clock", text=_describe_clock(state, now)))


def report_pollers(store: Store, *, is_double: bool) -> None:
    """The same of a second client on this store."""
    store.remark(Remark(about="second poller", text=_TWO_POLLERS if is_double else ""))


def _describe_late_list(state: ShopList, setting: timedelta, now: datetime) -> str:
    widened = find_widened(state, now)
    if widened <= setting:
        return ""
    span = write_duration(widened)
    return (
        f"The shop's list showed a change later than `export.lookback: {write_duration(setting)}`"
        f" allows: windows of this store reach back {span} until {QUIET.days} days have passed"
        f" without another; set `export.lookback: {span}` to keep it so."
    )


def _describe_clock(state: ShopList, now: datetime) -> str:
    behind = find_clock_behind(state, now)
    if not behind:
        return ""
    said = describe_offset(-behind.total_seconds())
    return (
        f"{said[0].upper()}{said[1:]}: windows of this store reach back as much further; set the"
        " clock of the shop's server, or ours, by NTP."
    )
