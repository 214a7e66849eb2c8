"""Which errors earn another attempt within one call, and after how long.

The clock of hours lies with the outbox, not here.
"""

from __future__ import annotations

import email.utils
import math
import random
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec
import tenacity

from connectors.errors import TemporaryError, ThrottledError, TooLargeError, UnavailableError

# The longest wait we believe a shop means.
LONGEST_RETRY_AFTER = 3600.0


class Harm(StrEnum):
    """What a repeat of a request may do: nothing (a read), or the same thing twice (a write)."""

    NONE = "none"
    TWICE = "twice"


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """`attempts` tries in all; the wait doubles from `backoff` seconds; a shop that asks for more
    than `patience` seconds is not waited for.
    """

    attempts: int = 3
    backoff: float = 0.5
    patience: float = 15.0


def is_worth_another(error: BaseException, harm: Harm, policy: RetryPolicy) -> bool:
    """Whether the same request may be sent again now.

    A read: after any failure of the shop but an answer that is too large. A write: only if it never
    left us, or the shop threw it back unread (429).
    """
    if not isinstance(error, UnavailableError | ThrottledError) or isinstance(error, TooLargeError):
        return False
    if error.retry_after is not None and error.retry_after > policy.patience:
        return False
    return harm is Harm.NONE or isinstance(error, ThrottledError) or not error.reached


def choose_pause(error: BaseException, attempt: int, policy: RetryPolicy, chance: float) -> float:
    """Seconds to wait after failed attempt number `attempt` (from 1).

    `chance` in [0, 1) spreads clients apart.

    Never less than what the shop asked for; at most a quarter more.
    """
    if isinstance(error, TemporaryError) and error.retry_after is not None:
        return error.retry_after + chance * min(1.0, error.retry_after / 4)
    ceiling = min(policy.backoff * 2.0 ** (attempt - 1), policy.patience)
    return ceiling * (0.5 + chance / 2)


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """A `Retry-After` header as seconds from `now`: whole or decimal seconds (Shopify sends `2.0`),
    or an HTTP date.

    Clamped to 0 … `LONGEST_RETRY_AFTER`. None if absent or not understood.
    """
    if value is None or not (text := value.strip()):
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = email.utils.parsedate_to_datetime(text)
            seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
        except (ValueError, OverflowError, TypeError):
            return None
    return None if math.isnan(seconds) else min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


def make_attempts(
    policy: RetryPolicy,
    harm: Harm,
    *,
    before_pause: Callable[[BaseException, int, float], None],
    chance: Callable[[], float] = random.random,
) -> tenacity.AsyncRetrying:
    """Loop over the attempts of one call with `async for attempt in …: with attempt: …`; the last
    error is raised as it is.

    `before_pause` hears of each failure that will be repeated: the error, the number of the
    attempt, the wait in seconds.
    """

    def wait(state: tenacity.RetryCallState) -> float:
        return choose_pause(_take_error(state), state.attempt_number, policy, chance())

    def tell(state: tenacity.RetryCallState) -> None:
        before_pause(_take_error(state), state.attempt_number, state.upcoming_sleep)

    return tenacity.AsyncRetrying(
        stop=tenacity.stop_after_attempt(policy.attempts),
        wait=wait,
        retry=tenacity.retry_if_exception(lambda error: is_worth_another(error, harm, policy)),
        before_sleep=tell,
        reraise=True,
    )


def _take_error(state: tenacity.RetryCallState) -> BaseException:
    outcome: Any = state.outcome
    error: BaseException = outcome.exception()
    return error
