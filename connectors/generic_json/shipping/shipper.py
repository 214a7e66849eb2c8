"""The way back: look whether the shop knows of a shipment, then tell it, step by step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from connectors.carriers import Carriers
from connectors.errors import ConflictError, TemporaryError
from connectors.generic_json.api.caller import Caller
from connectors.generic_json.mapping.lines import Line
from connectors.generic_json.settings.shipment import ShipmentSettings
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
from connectors.generic_json.shipping.steps import Steps
from connectors.interface import ShipOutcome
from connectors.language.functions.table import is_empty
from connectors.language.logic import is_false
from connectors.shipments import (
    Shipment,
    ShippingRules,
    build_foreign_error,
    describe_foreign,
    is_part,
    list_foreign,
    name_lines,
)
from connectors.upstream.request import name_step

PROBE = ""
"""The name under which the probe's caller goes."""

_FURTHER = "as a further parcel, because nothing of it was left to ship"

ReadOrder = Callable[[], Awaitable[Any]]
"""Reads the order as the shop shows it now."""


class Shipper:
    """Tells the shop of shipments.

    `callers` are those of the steps, by name, and of the probe under the empty name; `voiding`
    those of the steps that take a voided label's number out.
    """

    def __init__(
        self,
        settings: ShipmentSettings,
        callers: Mapping[str, Caller],
        voiding: Mapping[str, Caller],
        carriers: Carriers,
        rules: ShippingRules,
    ) -> None:
        self._settings = settings
        self._probe_caller = callers[PROBE]
        self._steps = Steps(settings.steps, callers)
        self._voiding = Steps(settings.void, voiding)
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
        goods = [line.item for line in lines]
        shipment = name_lines(shipment, goods)
        earlier = [name_lines(each, goods) for each in earlier]
        foreign = list_foreign(shipment, goods)
        if foreign and len(foreign) == len(shipment.items):
            raise build_foreign_error(shipment, foreign)
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
        carried = await self._steps.run_all(scope)
        if self._rules.confirm:
            await self._confirm(shipment, scope, read_order)
        said = (
            f"told by {', '.join(f'step {name}' for name in carried.steps)}"
            if carried.steps
            else "",
            _FURTHER if further else "",
            describe_foreign(foreign),
            carried.guesses,
        )
        return ShipOutcome(completed=complete, detail="; ".join(filter(None, said)))

    async def withdraw(self, shipment: Shipment, order: Any, read_order: ReadOrder) -> ShipOutcome:
        """Take the number of a voided label out, where the settings say how. Raises
        `ConnectorError`s.
        """
        if not self._settings.void:
            raise ConflictError(
                "The settings do not say how to take a tracking number out of this shop: describe"
                " it in `shipment.void`, or take it out by hand."
            )
        if not shipment.tracking_number.strip():
            raise ConflictError("The voided parcel has no tracking number to take out.")
        values = self._make_values(shipment, order)

        async def give_order() -> Any:
            return order

        if self._settings.probe is not None and not await self._shows(shipment, values, give_order):
            return ShipOutcome(already=True, detail="the shop does not show this tracking number")
        carried = await self._voiding.run_all(dict(values))
        may_look = self._settings.probe is not None and self._rules.confirm
        if may_look and await self._shows(shipment, values, read_order):
            raise TemporaryError(
                f"The shop accepted that {shipment.tracking_number!r} is taken out, and still shows"
                " it."
            )
        return ShipOutcome(detail=f"by {', '.join(f'step {name}' for name in carried.steps)}")

    async def _shows(
        self, shipment: Shipment, values: Mapping[str, Any], read_order: ReadOrder
    ) -> bool:
        """Whether the probe finds the shipment's number now."""
        probe = self._settings.probe
        if probe is None:
            return False
        with name_step("probe", probe.tracking.place):
            shown = await self._read_probe(values, read_order)
        return has_tracking(evaluate(probe.tracking, shown), shipment.tracking_number)

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
        caller = self._probe_caller
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

            with name_step("probe", probe.tracking.place):
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
