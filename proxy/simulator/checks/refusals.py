"""Trials of requests that make no sense: each is refused with a sentence, and none is answered with
a guess.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from proxy.doors.custom_store.dates import format_date
from proxy.simulator.answers import Answer, UnreadablePageError, parse_document
from proxy.simulator.exam import MINUTE, Exam
from proxy.simulator.poller import NoAnswerError
from proxy.simulator.promises import Promise, Verdict, report_broken, report_kept

Change = tuple[tuple[str, str | None], ...]
_ADVICE = "Answer 400 with one short sentence as XML: what was expected and what was found."

# name, promise, what is changed in a right request (None: the parameter is left out)
_CASES: tuple[tuple[str, str, Change], ...] = (
    ("bad-date", "A text that is not a date is refused", (("start_date", "yesterday"),)),
    (
        "no-date",
        "A request without dates is refused, not answered with every order",
        (("start_date", None), ("end_date", None)),
    ),
    ("impossible-date", "An impossible date is refused", (("end_date", "02/30/2026 00:00"),)),
    ("bad-page", "A page that is not a number is refused", (("page", "abc"),)),
    ("page-zero", "Page 0 is refused", (("page", "0"),)),
    ("bad-action", "An unknown action is refused", (("action", "portside"),)),
    ("no-action", "A request without an action is refused", (("action", None),)),
)


def _build_trial(changes: Change) -> Callable[[Exam], Awaitable[Verdict]]:
    async def trial(exam: Exam) -> Verdict:
        query = {
            "action": "export",
            "start_date": format_date(exam.now - 5 * MINUTE),
            "end_date": format_date(exam.now),
            "page": "1",
        }
        query.update({name: value for name, value in changes if value is not None})
        for name, value in changes:
            if value is None:
                del query[name]
        return await judge_request(exam, list(query.items()))

    return trial


async def _try_reversed(exam: Exam) -> Verdict:
    query = [
        ("action", "export"),
        ("start_date", format_date(exam.now)),
        ("end_date", format_date(exam.now - 60 * MINUTE)),
        ("page", "1"),
    ]
    return await judge_request(exam, query)


async def judge_request(exam: Exam, query: list[tuple[str, str]]) -> Verdict:
    """Whether a senseless GET is refused in a way that a merchant can read."""
    try:
        return judge_refusal(await exam.client.fetch(query))
    except NoAnswerError as error:
        return report_broken(str(error))


def judge_refusal(answer: Answer) -> Verdict:
    """Whether an answer is a refusal with a readable reason."""
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return report_broken(
            f"status {answer.status}: {answer.excerpt}",
            "The request is at fault, not the server: answer 4xx.",
        )
    if answer.status < HTTPStatus.BAD_REQUEST:
        return report_broken(f"status {answer.status}: {answer.excerpt or 'an empty body'}")
    try:
        root = parse_document(answer)
    except UnreadablePageError as error:
        return report_broken(f"status {answer.status}, but the body is {error}")
    if str(root.tag).lower().endswith("html"):
        return report_broken(
            f"status {answer.status}, but the body is a web page, whose source ShipStation shows to"
            " the merchant"
        )
    return report_kept(
        f"status {answer.status}:"
        f" {' '.join(' '.join(str(text) for text in root.itertext()).split())[:120]}"
    )


REFUSALS = (
    *(
        Promise(name=name, text=text, advice=_ADVICE, trial=_build_trial(changes))
        for name, text, changes in _CASES
    ),
    Promise(
        name="reversed-dates",
        text="A window that ends before it starts is refused",
        advice=_ADVICE,
        trial=_try_reversed,
    ),
)
