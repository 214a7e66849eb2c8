"""The way back: look whether the shop knows of a shipment, then tell it, step by step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

import msgspec

from connectors.carriers import Carriers
from connectors.errors import ConflictError, RefusedError, UnreadableResponseError
from connectors.fieldmap.scope import Scope
from connectors.generic_json.api.caller import Caller
from connectors.generic_json.mapping.lines import Line
from connectors.generic_json.settings.shipment import ShipmentSettings, StepSettings
from connectors.interface import ShipOutcome
from connectors.language.expressions import Expression
from connectors.language.functions import EvaluationError
from connectors.language.functions.table import as_number, as_text, is_empty
from connectors.language.logic import is_false
from connectors.reading.fields import FieldError
from connectors.shipments import Shipment, ShippedItem, fold_tracking

PROBE = ""
"""The name under which the probe's caller goes."""


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """What one line gives to a shipment: `quantity` pieces of the `open` ones.

    `line` is the shop's own JSON.
    """

    id: str
    sku: str
    name: str
    quantity: int
    open: int
    line: Any


class Shipper:
    """Tells the shop of shipments.

    `callers` are those of the steps, by name, and of the probe under the empty name.
    """

    def __init__(
        self, settings: ShipmentSettings, callers: Mapping[str, Caller], carriers: Carriers
    ) -> None:
        self._settings = settings
        self._callers = callers
        self._carriers = carriers

    async def ship(
        self, shipment: Shipment, earlier: Sequence[Shipment], order: Any, lines: Sequence[Line]
    ) -> ShipOutcome:
        """Tell of one shipment of an order, whose lines are given as read.

        Raises `ConnectorError`s.
        """
        values = self._make_values(shipment, order)
        left = self._count_open(order, lines, earlier)
        if await self._is_known(shipment, earlier, values, left):
            return ShipOutcome(
                already=True,
                completed=not any(left.values()),
                detail="the shop knows of this shipment already",
            )
        parcels = pack_lines(shipment, lines, left)
        complete = sum(left.values()) <= sum(parcel.quantity for parcel in parcels)
        scope = {
            **values,
            "lines": [msgspec.to_builtins(parcel, builtin_types=(datetime,)) for parcel in parcels],
            "complete": complete,
        }
        for step in self._settings.steps:
            scope[step.name] = await self._run_step(step, scope)
        return ShipOutcome(completed=complete)

    async def _is_known(
        self,
        shipment: Shipment,
        earlier: Sequence[Shipment],
        values: dict[str, Any],
        left: Mapping[str, int],
    ) -> bool:
        """Whether the shop has this shipment: we know of it, the probe finds it, or nothing is left
        and there is no number to look for.
        """
        if shipment.key() in {each.key() for each in earlier}:
            return True
        numbered = bool(shipment.tracking_number.strip())
        probe = self._settings.probe
        if probe is not None:
            shown = values["order"]
            if probe.request is not None:
                caller = self._callers[PROBE]
                shown = caller.read_body(await caller.read(probe.request, values))
            if numbered:
                return has_tracking(_evaluate(probe.tracking, shown), shipment.tracking_number)
            if probe.shipped is not None and not is_false(_evaluate(probe.shipped, shown)):
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
        told = {line.item.id: 0 for line in lines}
        for item in (item for each in earlier for item in each.items):
            told[item.line_id] = told.get(item.line_id, 0) + item.quantity
        return {
            line.item.id: self._count_open_pieces(order, line, told[line.item.id])
            for line in lines
            if line.item.shippable
        }

    def _count_open_pieces(self, order: Any, line: Line, told: int) -> int:
        source = self._settings.open
        if source is None:
            return max(line.item.quantity - told, 0)
        try:
            return Scope(line.raw, order).read(
                "shipment.open", source.rule, lambda value, _: _count_pieces(value), 0
            )
        except FieldError as error:
            raise UnreadableResponseError(f"The order's line {line.item.id}: {error}.") from None

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

    async def _run_step(self, step: StepSettings, scope: dict[str, Any]) -> Any:
        """What a step brings; null where it does not apply."""
        if step.when is not None and is_false(_evaluate(step.when, scope)):
            return None
        if step.find is not None and not is_empty(found := _evaluate(step.find, scope)):
            return found
        if step.each is None:
            return await self._send_step(step, scope)
        elements = _evaluate(step.each, scope)
        if not isinstance(elements, list):
            raise RefusedError(
                f"The settings' step {step.name}: expected a list at {step.each.source!r}, found"
                " something else."
            )
        return [await self._send_step(step, {**scope, "item": element}) for element in elements]

    async def _send_step(self, step: StepSettings, scope: dict[str, Any]) -> Any:
        caller = self._callers[step.name]
        reply = await caller.write(step.request, scope)
        body = caller.read_answer(reply)
        if step.answer is None or caller.find_meaning(reply) == "done":
            return body
        found = _evaluate(step.answer, body)
        if is_empty(found):
            raise UnreadableResponseError(
                f"{reply.where}: expected {step.answer.source!r} in the answer, found nothing"
                " there."
            )
        return found


def make_shipment_values(shipment: Shipment) -> dict[str, Any]:
    """A shipment as templates see it."""
    shipped_at = shipment.label_created_at
    if shipped_at is None and shipment.shipped_on is not None:
        shipped_at = datetime.combine(shipment.shipped_on, time(12), tzinfo=UTC)
    return {
        "order_id": shipment.order_id,
        "order_number": shipment.order_number,
        "carrier": shipment.carrier,
        "service": shipment.service,
        "tracking_number": shipment.tracking_number,
        "shipped_on": shipment.shipped_on.isoformat() if shipment.shipped_on else None,
        "shipped_at": (
            shipped_at.isoformat(timespec="seconds").replace("+00:00", "Z") if shipped_at else None
        ),
        "cost": shipment.cost,
        "notify_customer": shipment.notify_customer,
        "customer_notes": shipment.customer_notes,
        "internal_notes": shipment.internal_notes,
        "notes_to_customer": shipment.notes_to_customer,
        "customer_code": shipment.customer_code,
        "whole": not shipment.items,
    }


def pack_lines(shipment: Shipment, lines: Sequence[Line], left: Mapping[str, int]) -> list[Parcel]:
    """Which pieces of which lines went into the parcel.

    Raises `ConflictError` for a line that the order does not have.
    """
    if not shipment.items:
        return [
            _make_parcel(line, left[line.item.id], left) for line in lines if left.get(line.item.id)
        ]
    taken: dict[str, int] = {}
    for item in shipment.items:
        line = _find_line(item, lines)
        if line is None:
            raise ConflictError(
                f"The order has no line for the shipped {item.sku or item.name or item.line_id!r}."
            )
        taken[line.item.id] = taken.get(line.item.id, 0) + item.quantity
    return [
        _make_parcel(line, taken[line.item.id], left) for line in lines if taken.get(line.item.id)
    ]


def _find_line(item: ShippedItem, lines: Sequence[Line]) -> Line | None:
    """By id, then by stock number, then by name where only one line fits."""
    for line in lines:
        if item.line_id and line.item.id == item.line_id:
            return line
    for name in ("sku", "name"):
        wanted = getattr(item, name)
        fitting = [line for line in lines if wanted and getattr(line.item, name) == wanted]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _make_parcel(line: Line, quantity: int, left: Mapping[str, int]) -> Parcel:
    item = line.item
    return Parcel(
        id=item.id,
        sku=item.sku,
        name=item.name,
        quantity=quantity,
        open=left.get(item.id, 0),
        line=line.raw,
    )


def has_tracking(found: Any, number: str) -> bool:
    """Whether what a probe found holds a tracking number, however it is written."""
    wanted = fold_tracking(number)
    pending = [found]
    while pending:
        each = pending.pop()
        if isinstance(each, list):
            pending += each
        elif (
            not isinstance(each, dict)
            and each is not None
            and wanted in {fold_tracking(part) for part in (as_text(each) or "").split(",")}
        ):
            return True
    return False


def _evaluate(expression: Expression, scope: Any) -> Any:
    try:
        return expression(scope)
    except EvaluationError as error:
        place = f" ({expression.place})" if expression.place else ""
        raise RefusedError(
            f"The settings' expression {expression.source!r}{place}: {error}."
        ) from None


def _count_pieces(value: Any) -> int:
    number = as_number(value)
    return max(math.ceil(number), 0) if number is not None else 0
