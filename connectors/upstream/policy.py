"""How hard a shop may be asked, as one value: rate, time limits, attempts, and when to leave it
alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Self

import msgspec

NO_PROXY: Final = "none"
"""The choice of requests that go straight to the shop."""

FROM_ENVIRONMENT: Final = "environment"
"""The choice of what HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY say."""


class BreakerNews(msgspec.Struct, frozen=True, kw_only=True):
    """What a request showed of its shop: `failures` in a row, 0 if the shop answered; the seconds
    of `rest` for which it is left alone from now on; `error`, the last failure.
    """

    failures: int = 0
    rest: float = 0.0
    error: Exception | None = None


def ignore_news(news: BreakerNews) -> None:
    """Nobody watches the breaker."""


class UpstreamPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How hard a shop may be asked.

    `rate` is requests a second on average, `burst` how many may go at once after a rest, `timeout`
    seconds for one attempt, `attempts` tries of one call.

    `backoff` is the first wait between attempts in seconds, doubled each time; `patience` the
    longest. After `trip_after` failures in a row the shop is left alone for `rest` seconds. An
    answer of more than `largest_answer` bytes is given up. `user_agent` is what requests call
    themselves; Portside and its version if empty. In a `dry_run` the shop is only read: a write is
    shown to the observer and ends in `UnsentError`. `follow_redirects` is off where credentials go
    nowhere but to the address they were made for. `watch` hears what each request shows of the
    shop.
    """

    rate: float = 5.0
    burst: int = 20
    timeout: float = 20.0
    attempts: int = 3
    concurrency: int = 4
    backoff: float = 0.5
    patience: float = 15.0
    trip_after: int = 8
    rest: float = 30.0
    largest_answer: int = 64 * 1024 * 1024
    user_agent: str = ""
    proxy: str = NO_PROXY
    dry_run: bool = False
    follow_redirects: bool = True
    watch: Callable[[BreakerNews], None] = ignore_news

    def patient(self, tries: int) -> Self:
        """The same policy with a breaker that stays closed while one question is put in `tries`
        ways, each with all its attempts.

        For a connector that asks again for less, e.g. for smaller pages, when the shop breaks down:
        the shop counts as down only once the last way has failed too, and one more.
        """
        trip_after = max(self.trip_after, tries * self.attempts + 1)
        return msgspec.structs.replace(self, trip_after=trip_after)
