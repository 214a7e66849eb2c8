"""What may differ from account to account: the shapes that ShipStation does not document, and the
faults.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from random import Random

import msgspec

from proxy.doors.custom_store.words import ACCOUNT_STATUSES, STATUSES
from proxy.simulator.account.pacific import TwiceHour


class OrderKey(StrEnum):
    """What an imported order's `orderKey` is, which ShipStation does not document."""

    ID = "id"
    NUMBER = "number"
    RANDOM = "random"


class Shape(StrEnum):
    """Where two descriptions of an answer differ: that of today's documentation, or the one seen
    in older documentation and clients.
    """

    NEW = "new"
    OLD = "old"


class Traits(msgspec.Struct, frozen=True, kw_only=True):
    """What this account is like where the public sources say nothing, or two things.

    `limit` is how many requests a minute a key has, `rolling_limit` whether that is any minute or
    one that begins with its first request. `longest_span` is the longest span between two
    dates of a query (one third party says 90 days), `None` any. `errors`, `refresh_status` and
    `hooks` choose the shape of an answer. `limits_on_refusal` sends `X-Rate-Limit-*` with a 429
    too.
    `shows_address` and `shows_words` tell whether a custom store's resource holds its URL and its
    five status words. `refresh_after` and `hook_after` are the waits between asking and doing;
    `poll_every` polls every store by itself, `None` only when asked. A notice that the store
    refused is sent again up to `notice_retries` times, `notice_retry_after` apart;
    `stops_after_failure` switches automatic import off after a failed one, as users have reported.
    `fulfillment_hooks` sends FULFILLMENT_SHIPPED for orders marked as shipped.
    """

    limit: int = 40
    rolling_limit: bool = False
    largest_page: int = 500
    longest_span: timedelta | None = None
    twice_hour: TwiceHour = TwiceHour.WALL
    order_key: OrderKey = OrderKey.ID
    errors: Shape = Shape.NEW
    refresh_status: Shape = Shape.NEW
    hooks: Shape = Shape.NEW
    limits_on_refusal: bool = True
    shows_address: bool = True
    shows_words: bool = True
    refresh_after: timedelta = timedelta(seconds=10)
    hook_after: timedelta = timedelta(0)
    poll_every: timedelta | None = None
    notice_after: timedelta = timedelta(0)
    notice_retries: int = 0
    notice_retry_after: timedelta = timedelta(hours=1)
    stops_after_failure: bool = False
    fulfillment_hooks: bool = True


class Fate(StrEnum):
    """What becomes of a notice.

    `lost` ones are never sent: the row says so with an error, says so without one, or claims that
    the store was told. `off` is a store that is never notified.
    """

    SENT = "sent"
    LATE = "late"
    REPEATED = "repeated"
    LOST_WITH_ERROR = "lost with error"
    LOST_SILENTLY = "lost silently"
    LOST_AND_CLAIMED = "lost and claimed"
    OFF = "off"


LOST = (Fate.LOST_WITH_ERROR, Fate.LOST_SILENTLY, Fate.LOST_AND_CLAIMED)


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """What goes wrong, as shares from 0 to 1 of all that could; the seed decides which.

    Notices are `lost` (in each of the ways of `lost_how`), `late` by `late_by`, or `repeated`.
    Webhooks are `hooks_lost` or `hooks_repeated`. Requests are `broken`: answered 500. Rows are
    listed only once they are `rows_late` old, although they bear their earlier date.
    """

    lost: float = 0.0
    lost_how: tuple[Fate, ...] = LOST
    late: float = 0.0
    late_by: timedelta = timedelta(hours=2)
    repeated: float = 0.0
    hooks_lost: float = 0.0
    hooks_repeated: float = 0.0
    broken: float = 0.0
    rows_late: timedelta = timedelta(0)


class Chance:
    """Decides from a seed: the same question always gets the same answer, in any sequence."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def draw(self, *question: object) -> float:
        """A number from 0 to below 1 for this question."""
        return Random(f"{self._seed}:{question}").random()  # noqa: S311 - not a secret

    def is_met(self, share: float, *question: object) -> bool:
        """Whether this question belongs to the given share of all of its kind."""
        return share > 0 and self.draw(*question) < share

    def draw_hex(self, digits: int, *question: object) -> str:
        """`digits` hexadecimal digits for this question."""
        return f"{Random(f'{self._seed}:{question}').getrandbits(4 * digits):0{digits}x}"  # noqa: S311 - not a secret


def choose_fate(faults: Faults, chance: Chance, notice: str) -> Fate:
    """What becomes of a notice, by its name; of the kinds at most one."""
    drawn = chance.draw("notice", notice)
    if drawn < faults.lost:
        return faults.lost_how[int(chance.draw("how", notice) * len(faults.lost_how))]
    if drawn < faults.lost + faults.late:
        return Fate.LATE
    if drawn < faults.lost + faults.late + faults.repeated:
        return Fate.REPEATED
    return Fate.SENT


# The words of a custom store's form, unless a store has its own: status there, status here.
WORDS: Mapping[str, str] = {word: ACCOUNT_STATUSES[status] for status, word in STATUSES.items()}
