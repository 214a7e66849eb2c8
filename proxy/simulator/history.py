"""Polls one window after the other, as an account does over days, and compares what it got with the
whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec

from proxy.simulator.answers import ReceivedOrder
from proxy.simulator.exam import Exam, modified_at
from proxy.simulator.poller import EVERY, RETRY, Poll, Poller
from proxy.simulator.promises import Promise, Verdict, report_broken, report_kept, report_untried

# Windows seen in the field: five minutes where a store is busy, up to a day where it is not.
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=1)
# A longer span is divided into longer windows.
MOST_WINDOWS = 100
MOST_FAILURES = 5
_SHOWN = 5


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How the polls follow one another.

    `speed` divides every real wait: 60 makes a minute of an hour.

    `live` is how long the store is polled on after history was read, every `every`; `retry` is the
    wait after a failed poll.
    """

    every: timedelta = EVERY
    retry: timedelta = RETRY
    live: timedelta = timedelta(0)
    speed: float = 60.0
    seed: int = 0

    async def wait(self, time: timedelta) -> None:
        """Sleep for `time` at this speed."""
        await asyncio.sleep(time.total_seconds() / self.speed)


class History:
    """What ShipStation would believe after polling through a span: `copy` holds each order's last
    state.
    """

    def __init__(
        self, exam: Exam, pace: Pace, tell: Callable[[Poll], None] = lambda _: None
    ) -> None:
        self._exam = exam
        self._pace = pace
        self._tell = tell
        self.polls: list[Poll] = []
        self.copy: dict[str, ReceivedOrder] = {}

    def promises(self) -> tuple[Promise, ...]:
        """What polling shows; to be tried after `run`."""
        return (
            Promise(
                name="polls",
                text="Every poll is answered in full",
                advice=(
                    "ShipStation may switch a store off after a failed poll: retry the shop behind"
                    " it, and answer 503 only as a last resort."
                ),
                trial=self._try_answers,
            ),
            Promise(
                name="polls-complete",
                text="Window after window gives every order of the whole span, in its last state",
                advice=(
                    "Orders are lost between windows: both ends belong to a window, the last minute"
                    " as a whole, and an edit must move LastModified."
                ),
                trial=self._try_completeness,
            ),
        )

    async def run(self) -> None:
        """Poll through the exam's window from its start to now, then live; five failures in a row
        end it.
        """
        whole = self._exam.whole
        poller = Poller(
            self._exam.client.polling(),
            since=whole.start,
            every=self._pace.every,
            retry=self._pace.retry,
        )
        span = whole.end - whole.start
        steps = [
            step
            for step in (SHORTEST, 6 * SHORTEST, timedelta(hours=3), LONGEST)
            if step <= span / 4
        ] or [SHORTEST]
        chance = Random(self._pace.seed)  # noqa: S311 - not a secret
        while poller.start < whole.end and not self._has_given_up:
            step = max(chance.choice(steps), span / MOST_WINDOWS)
            await self._poll(poller, min(poller.start + step, whole.end))
        rounds = int(self._pace.live / self._pace.every)
        for _ in range(rounds):
            if self._has_given_up:
                return
            await self._pace.wait(self._pace.every)
            await self._poll(poller, datetime.now(UTC))

    @property
    def _has_given_up(self) -> bool:
        last = self.polls[-MOST_FAILURES:]
        return len(last) == MOST_FAILURES and not any(poll.is_finished for poll in last)

    async def _poll(self, poller: Poller, until: datetime) -> None:
        poll = await poller.poll(until)
        self.polls.append(poll)
        self.copy.update({order.key: order for order in poll.orders})
        self._tell(poll)
        if not poll.is_finished and not self._has_given_up:
            await self._pace.wait(self._pace.retry)

    async def _try_answers(self, _exam: Exam) -> Verdict:
        failed = [poll for poll in self.polls if not poll.is_finished]
        if failed:
            return report_broken(
                f"{len(failed)} of {len(self.polls)} polls failed, the first at {failed[0].error}"
            )
        return report_kept(
            f"{len(self.polls)} polls, {sum(poll.pages for poll in self.polls)} pages"
        )

    async def _try_completeness(self, exam: Exam) -> Verdict:
        if not self.polls or not self.polls[-1].is_finished or not exam.whole.is_complete:
            return report_untried("the span could not be read to its end")
        stale = [order for order in exam.whole.orders if not self._has(order)]
        changed = await exam.changed_since() if stale else set()
        lost = [order.number or order.id for order in stale if order.key not in changed]
        if lost:
            return report_broken(
                f"{len(lost)} of {len(exam.whole.orders)} orders did not come, or came in an older"
                f" state, e.g. {', '.join(lost[:_SHOWN])}"
            )
        return report_kept(
            f"{len(exam.whole.orders)} orders, {sum(len(poll.orders) for poll in self.polls)} sent"
        )

    def _has(self, order: ReceivedOrder) -> bool:
        """Whether the copy holds this state of the order, or a newer one; it was filled after the
        whole window was read.
        """
        held = self.copy.get(order.key)
        if held is None:
            return False
        here, there = modified_at(held), modified_at(order)
        return held.xml == order.xml or (here is not None and there is not None and here >= there)
