"""Trials of shipment notices.

They write to the shop: what they tell of is then shipped there, as far as anybody can see.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from proxy.simulator.answers import Answer, ReceivedOrder
from proxy.simulator.checks.refusals import judge_refusal
from proxy.simulator.exam import MINUTE, Exam
from proxy.simulator.notices import Line, Notice, read_lines, split_lines
from proxy.simulator.poller import NoAnswerError
from proxy.simulator.promises import (
    Outcome,
    Promise,
    Verdict,
    report_broken,
    report_kept,
    report_untried,
)

# How long a shop may take until a shipped order comes back as shipped, and how often it is asked.
PATIENCE, PAUSE = 30.0, 1.0
NO_ORDER = "no order left that may be shipped"
_TAKEN = (
    "Answer 2xx once the shop, or your own disk, has the shipment; after any other status"
    " ShipStation shows an error and tells it again."
)
_REFUSED = "Answer 4xx with one short sentence, and never take it for the whole order."


class Shipments:
    """Ships orders that the store has exported, a fresh one for each trial.

    `words` are its words for orders that may be shipped, casefolded.
    """

    def __init__(
        self, orders: Sequence[ReceivedOrder], words: frozenset[str], *, patience: float = PATIENCE
    ) -> None:
        self._waiting = [
            order for order in orders if order.status.casefold() in words and read_lines(order)
        ]
        self._patience = patience
        self._run = secrets.token_hex(3).upper()
        self._parcels = 0
        self._shipped: tuple[ReceivedOrder, Notice] | None = None
        self._spared: ReceivedOrder | None = None

    def promises(self) -> tuple[Promise, ...]:
        """The trials in the order they must be made."""
        return (
            _build_promise(
                "notice-full", "A shipment of the whole order is taken", self._try_whole_order
            ),
            _build_promise(
                "notice-again", "The same notice a second time is taken", self._try_same_again
            ),
            _build_promise(
                "notice-at-once",
                "The same notice twice at the same moment is taken",
                self._try_twice_at_once,
            ),
            _build_promise(
                "notice-split", "An order is shipped in two parcels", self._try_two_parcels
            ),
            _build_promise(
                "notice-no-label",
                "An order is marked as shipped without tracking number and service",
                self._try_no_label,
            ),
            _build_promise(
                "notice-cut-short", "A notice cut short is refused", self._try_cut_short, _REFUSED
            ),
            _build_promise(
                "notice-doctype",
                "A notice with a document type is refused",
                self._try_doctype,
                _REFUSED,
            ),
            _build_promise(
                "notice-unknown",
                "A notice for an order that is not known is refused",
                self._try_unknown,
                "Answer 404 with one short sentence.",
            ),
            _build_promise(
                "shipped-comes-back",
                "A shipped order is exported again with another status",
                self._try_comes_back,
                "Complete the order in the shop, and date the change, so that the next poll"
                " sees it.",
            ),
            _build_promise(
                "refused-spares",
                "An order whose notice was refused is exported as it was",
                self._try_spares,
                _REFUSED,
            ),
        )

    def _take(self, least: int = 1) -> ReceivedOrder | None:
        """An order that no trial has used, of at least so many pieces; the smallest that will
        do.
        """
        fitting = [order for order in self._waiting if _count_pieces(order) >= least]
        chosen = min(fitting, key=_count_pieces, default=None)
        if chosen is not None:
            self._waiting.remove(chosen)
        return chosen

    def _notice(
        self, order: ReceivedOrder, lines: tuple[Line, ...] | None = None, *, label: bool = True
    ) -> Notice:
        self._parcels += 1
        number = f"PORTSIDE-{self._run}-{self._parcels}" if label else ""
        notice = Notice.about(order, shipped_at=datetime.now(UTC), tracking_number=number)
        return notice if lines is None else notice.with_lines(lines)

    async def _try_whole_order(self, exam: Exam) -> Verdict:
        order = self._take()
        if order is None:
            return report_untried(NO_ORDER)
        notice = self._notice(order)
        self._shipped = (order, notice)
        return _judge_taken(order, await _tell(exam, notice))

    async def _try_same_again(self, exam: Exam) -> Verdict:
        if self._shipped is None:
            return report_untried(NO_ORDER)
        order, notice = self._shipped
        return _judge_taken(order, await _tell(exam, notice))

    async def _try_twice_at_once(self, exam: Exam) -> Verdict:
        order = self._take()
        if order is None:
            return report_untried(NO_ORDER)
        notice = self._notice(order)
        answers = await asyncio.gather(_tell(exam, notice), _tell(exam, notice))
        return _find_worst([_judge_taken(order, answer) for answer in answers])

    async def _try_two_parcels(self, exam: Exam) -> Verdict:
        order = self._take(least=2)
        if order is None:
            return report_untried("no order of two pieces left that may be shipped")
        return _find_worst(
            [
                _judge_taken(order, await _tell(exam, self._notice(order, lines)))
                for lines in split_lines(read_lines(order))
            ]
        )

    async def _try_no_label(self, exam: Exam) -> Verdict:
        order = self._take()
        return (
            report_untried(NO_ORDER)
            if order is None
            else _judge_taken(order, await _tell(exam, self._notice(order, label=False)))
        )

    async def _try_cut_short(self, exam: Exam) -> Verdict:
        return await self._tell_malformed(exam, lambda body: body[: len(body) * 2 // 3])

    async def _try_doctype(self, exam: Exam) -> Verdict:
        return await self._tell_malformed(
            exam,
            lambda body: body.replace(
                b"<ShipNotice>", b'<!DOCTYPE ShipNotice [<!ENTITY x "y">]><ShipNotice>', 1
            ),
        )

    async def _tell_malformed(self, exam: Exam, spoil: Callable[[bytes], bytes]) -> Verdict:
        """A notice of a real order that must be refused; one order serves all such trials, since
        nothing may happen to it.
        """
        self._spared = self._spared or self._take()
        if self._spared is None:
            return report_untried(NO_ORDER)
        notice = self._notice(self._spared)
        return _judge_refused(await _tell(exam, notice, spoil(notice.body())))

    async def _try_unknown(self, exam: Exam) -> Verdict:
        nobody = ReceivedOrder(
            id="",
            number=f"PORTSIDE-NONE-{self._run}",
            status="",
            last_modified="",
            xml=b"<Order><Items/></Order>",
        )
        return _judge_refused(await _tell(exam, self._notice(nobody)))

    async def _try_comes_back(self, exam: Exam) -> Verdict:
        if self._shipped is None:
            return report_untried("nothing was shipped")
        before, _ = self._shipped
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            now = await _find_exported(exam, before)
            if now is not None and now.status != before.status:
                return report_kept(f"order {before.number}: {before.status} became {now.status}")
            await asyncio.sleep(PAUSE)
        return report_broken(
            f"order {before.number} is not exported as anything but {before.status} within"
            f" {self._patience:.0f} s"
        )

    async def _try_spares(self, exam: Exam) -> Verdict:
        if self._spared is None:
            return report_untried("no notice was refused")
        now = await _find_exported(exam, self._spared)
        if now is None or now.status == self._spared.status:
            return report_kept(f"order {self._spared.number} is still {self._spared.status}")
        return report_broken(
            f"order {self._spared.number}: {self._spared.status} became {now.status}"
        )


def _build_promise(
    name: str, text: str, trial: Callable[[Exam], Awaitable[Verdict]], advice: str = _TAKEN
) -> Promise:
    return Promise(name=name, text=text, advice=advice, trial=trial)


def _count_pieces(order: ReceivedOrder) -> int:
    return sum(line.quantity for line in read_lines(order))


async def _tell(exam: Exam, notice: Notice, body: bytes | None = None) -> Answer | NoAnswerError:
    try:
        return await exam.client.tell(notice.query(), notice.body() if body is None else body)
    except NoAnswerError as error:
        return error


def _judge_taken(order: ReceivedOrder, answer: Answer | NoAnswerError) -> Verdict:
    if isinstance(answer, NoAnswerError):
        return report_broken(f"order {order.number}: {answer}")
    words = f", {answer.excerpt}" if answer.excerpt else ""
    seen = f"order {order.number}: status {answer.status}{words}"
    return report_kept(seen) if answer.is_success else report_broken(seen)


def _judge_refused(answer: Answer | NoAnswerError) -> Verdict:
    return (
        report_broken(str(answer)) if isinstance(answer, NoAnswerError) else judge_refusal(answer)
    )


def _find_worst(verdicts: Sequence[Verdict]) -> Verdict:
    """The first broken one, else the last."""
    return next(
        (verdict for verdict in verdicts if verdict.outcome is Outcome.BROKEN), verdicts[-1]
    )


async def _find_exported(exam: Exam, order: ReceivedOrder) -> ReceivedOrder | None:
    """The order's newest state among those changed since a little before the trial began, if it is
    there.
    """
    walk = await exam.walk(exam.now - MINUTE, datetime.now(UTC).replace(second=0, microsecond=0))
    return next((other for other in reversed(walk.orders) if other.key == order.key), None)
