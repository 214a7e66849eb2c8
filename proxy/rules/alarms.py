"""Alarms: what of the stores' standing a person must hear of, and what has begun and ended since
the last reading.

An alarm holds for as long as its condition does (see `conditions`), and is known by its kind and
its store. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from enum import StrEnum

import msgspec

MEGABYTE = 1_000_000


class AlarmKind(StrEnum):
    """The conditions, the worst first."""

    DISK_BELOW = "disk_below"
    SHOP_DOWN = "shop_down"
    INCOMPLETE = "incomplete"
    NO_POLL = "no_poll"
    GAP = "gap"
    DEAD = "dead"
    UNREADABLE = "unreadable"
    INVALID = "invalid"
    OLDEST_WAITING = "oldest_waiting"
    AUDIT = "audit"
    SECOND_POLLER = "second_poller"
    WRONG_LOGIN = "wrong_login"
    LATE = "late"
    MISCOUNT = "miscount"


# The first Portside makes good by itself; with the second mostly nothing is missing.
_CAN_STAY = frozenset({AlarmKind.LATE, AlarmKind.MISCOUNT})


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """From when on each condition is an alarm; None or false: never. `no_poll` is in usual
    intervals, `disk_below` in bytes, `wrong_login` in logins an hour.
    """

    shop_down: timedelta | None = timedelta(minutes=15)
    no_poll: float | None = 3.0
    dead: int | None = 1
    unreadable: int | None = 1
    invalid: int | None = 1
    incomplete: timedelta | None = timedelta(hours=1)
    gap: bool = True
    late: bool = True
    miscount: bool = True
    second_poller: bool = True
    disk_below: int | None = 200 * MEGABYTE
    wrong_login: int | None = 20
    oldest_waiting: timedelta | None = timedelta(hours=1)
    audit: int | None = 1


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One condition that holds: what is wrong, and what to do, each a sentence. `store` is `""`
    where it concerns all.
    """

    kind: AlarmKind
    store: str
    text: str
    advice: str

    @property
    def key(self) -> tuple[str, str]:
        """What it is known by from one reading to the next."""
        return self.kind.value, self.store

    @property
    def needs_person(self) -> bool:
        """Whether it stays until a person sees to it."""
        return self.kind not in _CAN_STAY


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What has begun since the last reading, and the keys of what has ended."""

    began: Sequence[Alarm] = ()
    ended: Sequence[tuple[str, str]] = ()


def compare_alarms(known: Collection[tuple[str, str]], holding: Sequence[Alarm]) -> Changes:
    """What of the alarms `holding` now is new beside the keys `known`, and which of those are
    over.
    """
    held = {alarm.key for alarm in holding}
    return Changes(
        began=tuple(alarm for alarm in holding if alarm.key not in known),
        ended=tuple(sorted(key for key in known if key not in held)),
    )
