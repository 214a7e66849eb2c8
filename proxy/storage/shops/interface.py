"""Remarks as they are kept: what the operator should know about a shop although its orders go on.

A remark lives for as long as it is repeated, and KEPT_FOR after that.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from connectors.interface import Remark

# A remark that has not been repeated for so long no longer holds.
KEPT_FOR = timedelta(days=3)
# Of one store; those repeated last stay.
MOST_REMARKS = 200
LONGEST_ABOUT = 100
LONGEST_TEXT = 500


class KeptRemark(msgspec.Struct, frozen=True, kw_only=True):
    """A remark about one store: `text` is the newest about this subject, which was first remarked
    on at `first_seen`.
    """

    about: str
    text: str
    first_seen: datetime
    last_seen: datetime


class Remarks(Protocol):
    """Where remarks are kept. Every method raises StorageError when the database fails."""

    async def note(self, store: str, remarks: Collection[Remark]) -> Sequence[Remark]:
        """Keep these, in place of older ones about the same; drop what has not been repeated.

        Returns those that are new, or say something new, cut to the length that is kept.
        """
        ...

    async def drop(self, store: str, about: str) -> bool:
        """It no longer holds. False if there was none."""
        ...

    async def list_kept(self, store: str) -> Sequence[KeptRemark]:
        """All that hold, by subject."""
        ...


def cut_remark(remark: Remark) -> Remark:
    """As much of it as is kept, on one line, without what a database refuses."""
    return Remark(
        about=_clean(remark.about[: 2 * LONGEST_ABOUT], LONGEST_ABOUT),
        text=_clean(remark.text[: 2 * LONGEST_TEXT], LONGEST_TEXT),
    )


def _clean(text: str, longest: int) -> str:
    line = " ".join(text.replace("\0", "").encode(errors="replace").decode().split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
