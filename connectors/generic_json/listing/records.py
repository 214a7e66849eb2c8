"""Records of one kind by their ids, asked for in batches.

A batch that the shop fails over or refuses is halved down to the single ids, all halves before any
quarter. The single ids come last and together, so that one that can be had speaks for the others.
What a capped answer leaves out is asked for again, as long as that brings something.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from connectors.concurrency import run_together
from connectors.errors import AuthenticationError, PartError, PermanentError

Ask = Callable[[Sequence[str]], Awaitable[Mapping[str, Any]]]
Probe = Callable[[], Awaitable[object]]


class Records(msgspec.Struct, frozen=True, kw_only=True):
    """What the shop gave by id, and the error for each id that it failed over or refused.

    An id that is in neither is one that the shop does not have.
    """

    found: dict[str, Any]
    failed: dict[str, PermanentError]


async def read_records(
    ids: Sequence[str], size: int, ask: Ask, *, probe: Probe, was_sound: bool = False
) -> Records:
    """The records with these ids, `size` of them asked for at once by `ask`, which gives what it
    got by id.

    `was_sound`: the shop has given a record of this kind before. Where it never did and refuses
    every id, `probe` asks for what it answers whenever it works. Raises what `ask` raises unless
    that is permanent, and what `probe` raises.
    """
    found: dict[str, Any] = {}
    failed: dict[str, PermanentError] = {}
    parts, single = _sort_out(_split(ids, size))
    while parts or single:
        if not parts:
            parts, single = single, []
        answers = await run_together(*(_attempt(part, ask) for part in parts))
        again: list[Sequence[str]] = []
        for part, answer in zip(parts, answers, strict=True):
            if not isinstance(answer, PermanentError):
                fresh = {each: answer[each] for each in part if each in answer}
                found |= fresh
                left = [each for each in part if each not in fresh]
                again += [left] if fresh and left else []
            elif len(part) > 1:
                again += _split(part, (len(part) + 1) // 2)
            else:
                failed[part[0]] = answer
        parts, more = _sort_out(again)
        single += more
    # What the shop failed over has been judged by a probe; a refusal has not.
    refusals = [error for error in failed.values() if not isinstance(error, PartError)]
    if refusals and len(refusals) == len(failed) and not found and not was_sound:
        await probe()
    return Records(found=found, failed=failed)


async def _attempt(part: Sequence[str], ask: Ask) -> Mapping[str, Any] | PermanentError:
    try:
        return await ask(part)
    except AuthenticationError:
        raise
    except PermanentError as error:
        return error


def _sort_out(
    parts: Sequence[Sequence[str]],
) -> tuple[list[Sequence[str]], list[Sequence[str]]]:
    """The parts of several ids, and those of one."""
    return [part for part in parts if len(part) > 1], [part for part in parts if len(part) == 1]


def _split(ids: Sequence[str], size: int) -> list[Sequence[str]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]
