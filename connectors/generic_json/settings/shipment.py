"""The way back: how a shipment is written to the shop, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Self

from pydantic import BeforeValidator, Field, model_validator

from connectors.fieldmap.blocks import Block, ExpressionText
from connectors.fieldmap.sources import FieldSource, widen_field
from connectors.generic_json.settings.answers import AnswerRule
from connectors.generic_json.settings.request import Request, check_expressions
from connectors.places import MisplacedError, locate_faults

SHIPMENT_FIELDS: Final = (
    "order_id",
    "order_number",
    "carrier",
    "service",
    "tracking_number",
    "shipped_on",
    "shipped_at",
    "cost",
    "notify_customer",
    "customer_notes",
    "internal_notes",
    "notes_to_customer",
    "customer_code",
    "whole",
)
"""What `shipment` holds: texts as the shipping client sent them; `shipped_at` is a time.

`whole`: the client named no lines, so all that was open was shipped.
"""

SCOPE: Final[dict[str, tuple[str, ...] | None]] = {
    "shipment": SHIPMENT_FIELDS,
    "carrier": ("name", "code", "tracking_url"),
    "order": None,
    "lines": None,
    "complete": (),
}
"""What a step may speak of, besides the answers of the steps before it."""

VOID_SCOPE: Final = {name: SCOPE[name] for name in ("shipment", "carrier", "order")}
"""The same for a step that takes a voided label's number out."""


class ProbeSettings(Block):
    """Looks whether the shop knows of this shipment, before anything is written: the answer to an
    earlier try may have been lost.
    """

    request: Request | None = None
    """What is asked; none: the order's own request. There are `{{ shipment }}` and `{{ order }}`.
    """
    tracking: ExpressionText
    """The tracking numbers the shop has: a list or a text, e.g.

    `fulfillments[].labels[].tracking_number`.
    """
    shipped: ExpressionText | None = None
    """Whether nothing of the order is left to ship: then a notice without a tracking number is old
    news.
    """


class StepSettings(Block):
    """One request of the way back.

    What it brings is called by the step's name in the steps that follow.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """A name for its answer."""
    when: ExpressionText | None = None
    """Only if this is true."""
    each: ExpressionText | None = None
    """Once for each element of this list, as `item`."""
    find: ExpressionText | None = None
    """Where its work may be found done, e.g. a fulfillment that a try that broke off left behind:
    if this finds something, that is the step's answer and nothing is sent.
    """
    request: Request
    """The request. A GET is a look-up and may be repeated; anything else is sent once."""
    answer: ExpressionText | None = None
    """What of the answer is kept; none: all of it."""
    shows: ExpressionText | None = None
    """The tracking numbers in what is kept (with `each` a list of it). If the shipment's is among
    them, the shop has it and is not asked once more.
    """
    rules: tuple[AnswerRule, ...] = ()
    """What this step's answers mean, before the general `answers:`.

    `means: done` ends the step well, e.g. for a 409.
    """

    @model_validator(mode="after")
    def _check_name(self) -> Self:
        if self.name in SCOPE or self.name in {"item", "id"}:
            raise MisplacedError(
                ("name",), f"expected another name than {self.name!r}, which is taken"
            )
        return self


class ShipmentSettings(Block):
    """How shipments are written to the shop."""

    probe: ProbeSettings | None = None
    """How to look before writing.

    Without it, a repeated notice may ship twice where the shop itself does not refuse it.
    """
    open: (
        Annotated[
            FieldSource,
            BeforeValidator(widen_field, json_schema_input_type=str | list[str] | FieldSource),
        ]
        | None
    ) = None
    """How many pieces of a line the shop still has to ship: an expression on the shop's line
    (`root()` is the order).

    None: what was ordered, less the earlier shipments.
    """
    carriers: dict[str, str] = Field(default={})
    """The shop's names for the shipping client's carriers, e.g.

    `fedex: FEDEX_GROUND`; `*` stands for any other.
    """
    further: bool = False
    """Whether the steps also take a parcel that has nothing left to count, like a replacement or a
    second label: then `lines` is empty. If not, such a parcel is refused.
    """
    steps: tuple[StepSettings, ...] = Field(min_length=1)
    """The requests, in order."""
    void: tuple[StepSettings, ...] = ()
    """The requests that take a tracking number out of the shop whose label was voided, in order.
    There are `shipment`, `carrier` and `order`. None: a person has to.
    """

    @model_validator(mode="after")
    def _check_steps(self) -> Self:
        if self.probe is not None and self.probe.request is not None:
            with locate_faults("probe", "request"):
                self.probe.request.check_values({"shipment": SHIPMENT_FIELDS, "order": None})
                self.probe.request.require_reading()
        _check_names("steps", self.steps, SCOPE)
        _check_names("void", self.void, VOID_SCOPE)
        return self


def _check_names(
    block: str, steps: Sequence[StepSettings], scope: Mapping[str, tuple[str, ...] | None]
) -> None:
    """Each step has a name of its own and speaks of what is there."""
    known = dict(scope)
    for at, step in enumerate(steps):
        if step.name in known:
            raise MisplacedError((block, at, "name"), f"the name {step.name!r} is given twice")
        here = {**known, "item": None} if step.each is not None else known
        with locate_faults(block, at):
            check_expressions(("when",), [step.when], known)
            check_expressions(("each",), [step.each], known)
            check_expressions(("find",), [step.find], here)
        with locate_faults(block, at, "request"):
            step.request.check_values(here)
        known[step.name] = None
