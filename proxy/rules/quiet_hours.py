"""Hours in which people are not to be woken. Pure."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Self
from zoneinfo import ZoneInfo, available_timezones

import msgspec

_HINT = "hours and a time zone such as 22:00-06:00 Europe/Berlin"
_FORM = re.compile(r"(\d{2}):(\d{2})\s*-\s*(\d{2}):(\d{2})\s+([A-Za-z][\w+/-]{1,60})", re.ASCII)
_LONGEST = 100


class QuietHours(msgspec.Struct, frozen=True):
    """From `start` to `end` on the clocks of `zone`, over midnight where it ends before it
    starts.
    """

    start: time
    end: time
    zone: str

    @classmethod
    def parse(cls, value: object) -> Self:
        """Read `22:00-06:00 Europe/Berlin`. Raises ValueError with what was expected."""
        if isinstance(value, cls):
            return value
        text = str(value).strip()[:_LONGEST]
        found = _FORM.fullmatch(text) if isinstance(value, str) else None
        if found is None:
            raise ValueError(f"expected {_HINT}, found {text!r}")
        if found[5] not in available_timezones():
            raise ValueError(f"expected a time zone such as Europe/Berlin, found {found[5]!r}")
        try:
            start, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
        except ValueError as error:
            raise ValueError(f"expected {_HINT}, found {text!r}") from error
        if start == end:
            raise ValueError(f"expected hours that end at another time, found {text!r}")
        return cls(start, end, found[5])

    def includes(self, now: datetime) -> bool:
        """Whether `now` lies within them."""
        clock = now.astimezone(ZoneInfo(self.zone)).time()
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M} {self.zone}"
