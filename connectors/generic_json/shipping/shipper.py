"""The way back: look whether the shop knows of a shipment, then tell it, step by step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from connectors.carriers import Carriers
from connectors.errors import (
    ConflictError,
    RefusedError,
    TemporaryError,
    UnreadableResponseError,
)
from connectors.generic_json.api.caller import Caller
from connectors.generic_json.mapping.lines import Line
from connectors.generic_json.settings.shipment import ShipmentSettings, StepSettings
from connectors.generic_json.shipping.evidence import (
    evaluate,
    has_answer,
    has_tracking,
    is_shown,
)
from connectors.generic_json.shipping.parcels import (
    Parcel,
    is_counted,
    make_shipment_values,
    pack_lines,
    read_open,
    show_parcels,
    subtract_told,
)
from connectors.interface import ShipOutcome
from connectors.language.expressions import Expression
from connectors.language.functions.table import is_empty
from connectors.language.logic import is_false
from connectors.shipments import Shipment, ShippingRules, is_part
from connectors.upstream.request import name_step

PROBE = ""
"""The name under which the probe's caller goes."""

_FURTHER = "told as a further parcel, because nothing of it was left to ship"

ReadOrder = Callable[[], Awaitable[Any]]
"""Reads the order as the shop shows it now."""


class Shipper:
    """Tells the shop of shipments.

    `callers` are those of the steps, by name, and of the probe under the empty name.
    """

    def __init__(
        self,
        settings: ShipmentSettings,
        callers: Mapping[str, Caller],
        carriers: Carriers,
        rules: ShippingRules,
    ) -> None:
        self._settings = settings
        self._callers = callers
        self._carriers = carriers
        self._rules = rules

    async def ship(
        self,
        shipment: Shipment,
        earlier: Sequence[Shipment],
        order: Any,
        lines: Sequence[Line],
        read_order: ReadOrder,
    ) -> ShipOutcome:
        """Tell of one shipment of an order, whose lines are given as read; `read_order` reads the
        order once more.

        Raises `ConnectorError`s.
        """
        values = self._make_values(shipment, order)
        left = self._count_open(order, lines, earlier)
        if await self._is_known(shipment, earlier, values, lines, left):
            return ShipOutcome(
                already=True,
                completed=not any(left.values()),
                detail="the shop knows of this shipment already",
            )
        parcels = pack_lines(shipment, lines, left, over_ship=self._rules.over_ship)
        begun = self._find_begun(shipment, earlier, values, lines) if not parcels else []
        further = bool(left) and not parcels and not begun
        if further and not self._settings.further:
            raise ConflictError(
                "Nothing of the order is left to ship for this parcel, and the shop takes no"
                " parcel without pieces. Add its tracking number to the order in the shop."
            )
        complete = sum(left.values()) <= sum(parcel.quantity for parcel in parcels)
        scope = {
            **values,
            "lines": show_parcels(parcels or begun),
            "complete": complete,
        }
        await self._run_steps(scope)
        if self._rules.confirm:
            await self._confirm(shipment, scope, read_order)
        return ShipOutcome(completed=complete, detail=_FURTHER if further else "")

    def _find_begun(
        self,
        shipment: Shipment,
        earlier: Sequence[Shipment],
        values: Mapping[str, Any],
        lines: Sequence[Line],
    ) -> list[Parcel]:
        """The parcel that an attempt which broke off has begun, in a shop that does not count its
        pieces as open any more; none if no step finds it.
        """
        ordered = subtract_told(lines, earlier)
        parcels = pack_lines(shipment, lines, ordered)
        scope = {**values, "lines": show_parcels(parcels), "complete": True}
        first = self._settings.steps[0]
        if not parcels or first.find is None or is_empty(evaluate(first.find, scope)):
            return []
        return parcels

    async def _run_steps(self, scope: dict[str, Any]) -> None:
        """Run the steps, and put what each brings into the scope.

        Raises `RefusedError` if none of those that write had anything to do.
        """
        idle = []
        for step in self._settings.steps:
            with name_step(step.name, step.request.path.place):
                result = await self._run_step(step, scope)
            scope[step.name] = result.value
            if step.request.method != "GET":
                idle.append(result.idle)
        if all(idle):
            raise RefusedError(
                f"Nothing was told to the shop: {'; '.join(idle)}. Add a step that tells of such a"
                " shipment to `shipment.steps`."
            )

    async def _confirm(
        self, shipment: Shipment, scope: dict[str, Any], read_order: ReadOrder
    ) -> None:
        """Raise `TemporaryError` unless the shop shows the shipment, in what the last step brought,
        else in one reading of what the probe looks at.

        Without a probe there is nothing to look at.
        """
        probe = self._settings.probe
        if probe is None:
            return
        answer = scope[self._settings.steps[-1].name]
        if is_shown(probe, shipment, answer, complete=scope["complete"], strict=False):
            return
        if any(
            has_answer(step.shows, scope[step.name], shipment)
            for step in self._settings.steps
            if step.shows is not None
        ):
            return
        with name_step("confirm", probe.tracking.place):
            shown = await self._read_probe(scope, read_order)
            if not is_shown(probe, shipment, shown, complete=scope["complete"], strict=True):
                raise TemporaryError(
                    "The shop accepted the shipment but does not show it: expected"
                    f" {shipment.tracking_number or 'a shipped order'!r} at"
                    f" {probe.tracking.source!r}. Set `shipments: {{confirm: false}}` for a shop"
                    " that never shows it."
                )

    async def _read_probe(self, values: Mapping[str, Any], read_order: ReadOrder) -> Any:
        """What the probe's expressions look at, as the shop shows it now."""
        probe = self._settings.probe
        if probe is None or probe.request is None:
            return await read_order()
        caller = self._callers[PROBE]
        named = {name: values[name] for name in ("shipment", "carrier", "order")}
        return caller.read_body(await caller.read(probe.request, named))

    async def _is_known(
        self,
        shipment: Shipment,
        earlier: Sequence[Shipment],
        values: dict[str, Any],
        lines: Sequence[Line],
        left: Mapping[str, int],
    ) -> bool:
        """Whether the shop has this shipment: we know of it, the probe finds it, or nothing is left
        and there is no number to look for.

        A part of a parcel whose number was told with other items is known by the pieces that are
        open no more.
        """
        if shipment.key() in {each.key() for each in earlier}:
            return True
        numbered = bool(shipment.tracking_number.strip())
        probe = self._settings.probe
        if probe is not None:

            async def give_order() -> Any:
                return values["order"]

            shown = await self._read_probe(values, give_order)
            if numbered:
                found = evaluate(probe.tracking, shown)
                return has_tracking(found, shipment.tracking_number) and (
                    not is_part(shipment, earlier)
                    or (
                        self._settings.open is not None
                        and is_counted(shipment, lines, subtract_told(lines, earlier), left)
                    )
                )
            if probe.shipped is not None and not is_false(evaluate(probe.shipped, shown)):
                return True
        return (
            not numbered
            and self._settings.open is not None
            and bool(left)
            and not any(left.values())
        )

    def _count_open(
        self, order: Any, lines: Sequence[Line], earlier: Sequence[Shipment]
    ) -> dict[str, int]:
        """How many pieces of each line are still to be shipped."""
        left = subtract_told(lines, earlier)
        if (source := self._settings.open) is None:
            return left
        return {
            line.item.id: read_open(order, line, source) for line in lines if line.item.shippable
        }

    def _make_values(self, shipment: Shipment, order: Any) -> dict[str, Any]:
        carrier = self._carriers.of(shipment)
        own = {name.lower(): word for name, word in self._settings.carriers.items()}
        name = (
            own.get(shipment.carrier.lower())
            or own.get(carrier.code)
            or own.get("*")
            or carrier.name
        )
        return {
            "shipment": make_shipment_values(shipment),
            "carrier": {
                "name": name,
                "code": carrier.code,
                "tracking_url": carrier.link(shipment.tracking_number),
            },
            "order": order,
        }

    async def _run_step(self, step: StepSettings, scope: dict[str, Any]) -> _Result:
        """What a step brings, or why it had nothing to do."""
        if step.when is not None and is_false(evaluate(step.when, scope)):
            return _Result(idle=_explain_idle(step, step.when, "is not true"))
        if step.find is not None and not is_empty(found := evaluate(step.find, scope)):
            return _Result(value=found)
        if step.each is None:
            return _Result(value=await self._send_step(step, scope))
        elements = evaluate(step.each, scope)
        if not isinstance(elements, list):
            raise RefusedError(f"expected a list at {step.each.one_line!r}, found something else.")
        answers = [await self._send_step(step, {**scope, "item": each}) for each in elements]
        return _Result(
            value=answers, idle="" if answers else _explain_idle(step, step.each, "is empty")
        )

    async def _send_step(self, step: StepSettings, scope: dict[str, Any]) -> Any:
        caller = self._callers[step.name]
        reply = await caller.write(step.request, scope)
        body = caller.read_answer(reply)
        if step.answer is None or caller.find_meaning(reply) == "done":
            return body
        found = evaluate(step.answer, body)
        if is_empty(found):
            said = f"{reply.where}: expected {step.answer.source!r} in the answer, found nothing"
            if step.request.method == "GET":
                raise UnreadableResponseError(f"{said} there.")
            raise TemporaryError(
                f"{said} there. It is not known whether the shop carried this out; the next attempt"
                " looks first."
            )
        return found


class _Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a step brought: `value`, or in `idle` why nothing was sent."""

    value: Any = None
    idle: str = ""


def _explain_idle(step: StepSettings, expression: Expression, fault: str) -> str:
    place = f" ({expression.place})" if expression.place else ""
    return f"step {step.name}{place} was left out, because {expression.one_line!r} {fault}"
