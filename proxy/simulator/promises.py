"""What a promise of the protocol is, and what became of it in a trial."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum

import msgspec

from proxy.simulator.exam import Exam


class Outcome(StrEnum):
    """Kept, broken, or not tried because the store gave nothing to try it on."""

    KEPT = "kept"
    BROKEN = "broken"
    UNTRIED = "untried"


class Verdict(msgspec.Struct, frozen=True):
    """What a trial saw, in words a developer can act on.

    `advice` is for what this one fault needs, beyond the promise's own advice.
    """

    outcome: Outcome
    seen: str
    advice: str = ""


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """One thing ShipStation relies on: a short `name` for scripts, the promise as a sentence, what
    to do when it is broken, and its trial.
    """

    name: str
    text: str
    advice: str
    trial: Callable[[Exam], Awaitable[Verdict]]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A promise and what became of it."""

    name: str
    promise: str
    outcome: Outcome
    seen: str
    advice: str = ""


def report_kept(seen: str) -> Verdict:
    """The promise held."""
    return Verdict(Outcome.KEPT, seen)


def report_broken(seen: str, advice: str = "") -> Verdict:
    """It did not."""
    return Verdict(Outcome.BROKEN, seen, advice)


def report_untried(why: str) -> Verdict:
    """There was nothing to try it on."""
    return Verdict(Outcome.UNTRIED, why)
