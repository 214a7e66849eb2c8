"""The steps of the way back, carried out one after the other.

In a dry run the steps that write are shown, and go on with stand-ins for the answers that the shop
would have given.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from connectors.errors import RefusedError, TemporaryError, UnreadableResponseError, UnsentError
from connectors.generic_json.api.caller import Caller
from connectors.generic_json.settings.shipment import StepSettings
from connectors.generic_json.shipping.evidence import evaluate
from connectors.generic_json.shipping.stand_in import depends_on, is_request_of, make_stand_in
from connectors.language.expressions import Expression
from connectors.language.functions.table import is_empty
from connectors.language.logic import is_false
from connectors.upstream.request import name_step


class _Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a step brought: `value`, or in `idle` why it had nothing to do. Not `sent`: a dry run
    kept it back, and the value is a stand-in.
    """

    value: Any = None
    idle: str = ""
    sent: bool = True


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """What running the steps came to: the names of those that wrote or found their work done, and
    what is to be said about requests that a dry run showed.
    """

    steps: tuple[str, ...] = ()
    guesses: str = ""


class Steps:
    """The steps of one shop; `callers` send the requests of each, by its name."""

    def __init__(self, steps: Sequence[StepSettings], callers: Mapping[str, Caller]) -> None:
        self._steps = steps
        self._callers = callers

    async def run_all(self, scope: dict[str, Any]) -> Carried:
        """Run the steps, and put what each brings into the scope.

        Raises `RefusedError` if none of those that write had anything to do.
        """
        idle, guesses, carried = [], [], []
        unsent = set[str]()
        for step in self._steps:
            with name_step(step.name, step.request.path.place):
                result = await self._run_step(step, scope, unsent)
            scope[step.name] = result.value
            if not result.sent:
                guesses += _explain_guesses(step, unsent)
                unsent.add(step.name)
            if step.request.method != "GET":
                idle.append(result.idle)
                carried += [step.name] if result.sent and not result.idle else []
        if all(idle):
            raise RefusedError(
                f"Nothing was told to the shop: {'; '.join(idle)}. Add a step that tells of such a"
                " shipment to `shipment.steps`."
            )
        return Carried(steps=tuple(carried), guesses="; ".join(guesses))

    async def _run_step(
        self, step: StepSettings, scope: dict[str, Any], unsent: Collection[str]
    ) -> _Result:
        """What depends on the answers of `unsent` steps is not known: such a step is shown as if
        there was something to do for it.
        """
        if (
            step.when is not None
            and not depends_on(step.when, unsent)
            and is_false(evaluate(step.when, scope))
        ):
            return _Result(idle=_explain_idle(step, step.when, "is not true"))
        if step.find is not None and not depends_on(step.find, unsent):
            found = evaluate(step.find, scope)
            if not is_empty(found):
                return _Result(value=found)
        if step.each is None:
            return await self._send_step(step, scope, unsent)
        if depends_on(step.each, unsent):
            elements = [make_stand_in("item", [step])]
        else:
            elements = evaluate(step.each, scope)
        if not isinstance(elements, list):
            raise RefusedError(f"expected a list at {step.each.one_line!r}, found something else.")
        answers = [
            await self._send_step(step, {**scope, "item": each}, unsent) for each in elements
        ]
        return _Result(
            value=[answer.value for answer in answers],
            idle="" if answers else _explain_idle(step, step.each, "is empty"),
            sent=all(answer.sent for answer in answers),
        )

    async def _send_step(
        self, step: StepSettings, scope: dict[str, Any], unsent: Collection[str]
    ) -> _Result:
        caller = self._callers[step.name]
        try:
            if is_request_of(step, unsent) or depends_on(step.each, unsent):
                await caller.show(step.request, scope)
            reply = await caller.write(step.request, scope)
        except UnsentError:
            return _Result(value=make_stand_in(step.name, self._steps), sent=False)
        body = caller.read_answer(reply)
        if step.answer is None or caller.find_meaning(reply) == "done":
            return _Result(value=body)
        found = evaluate(step.answer, body)
        if is_empty(found):
            said = f"{reply.where}: expected {step.answer.source!r} in the answer, found nothing"
            if step.request.method == "GET":
                raise UnreadableResponseError(f"{said} there.")
            raise TemporaryError(
                f"{said} there. It is not known whether the shop carried this out; the next attempt"
                " looks first."
            )
        return _Result(value=found)


def _explain_idle(step: StepSettings, expression: Expression, fault: str) -> str:
    place = f" ({expression.place})" if expression.place else ""
    return f"step {step.name}{place} was left out, because {expression.one_line!r} {fault}"


def _explain_guesses(step: StepSettings, unsent: Collection[str]) -> list[str]:
    """Of which answers a step that was shown makes use, a sentence each."""
    return [
        f"whether and how often step {step.name} is carried out depends on what"
        f" {expression.one_line!r} finds in the answers before it"
        for expression in (step.when, step.find, step.each)
        if expression is not None and depends_on(expression, unsent)
    ]
