"""One pass over a store: every promise tried once, each with what was seen."""

from __future__ import annotations

from collections.abc import Callable

from proxy.simulator.checks import PROMISES
from proxy.simulator.exam import Exam
from proxy.simulator.promises import Outcome, Promise, Result

Tell = Callable[[str], None]


async def verify(exam: Exam, tell: Tell = lambda _: None) -> list[Result]:
    """Begin the exam and try every promise; `tell` hears the text of each as its turn comes.

    Nothing is written to the shop.

    Raises CouldNotRunError if the store cannot be reached or refuses the login.
    """
    tell("Looking at the store")
    await exam.begin()
    results = []
    for promise in PROMISES:
        tell(promise.text)
        results.append(await try_promise(promise, exam))
    return results


async def try_promise(promise: Promise, exam: Exam) -> Result:
    """The promise and what became of it; advice only where it was broken."""
    verdict = await promise.trial(exam)
    advice = (verdict.advice or promise.advice) if verdict.outcome is Outcome.BROKEN else ""
    return Result(
        name=promise.name,
        promise=promise.text,
        outcome=verdict.outcome,
        seen=verdict.seen,
        advice=advice,
    )
