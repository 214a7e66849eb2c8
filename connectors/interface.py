"""What a connector is: the six things Portside asks of a shop, and how a kind of shop introduces
itself.

A connector keeps no state of its own between calls other than caches it could lose at any time.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Protocol, runtime_checkable

import msgspec
from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

from connectors.carriers import Carriers
from connectors.filling import FieldFiller
from connectors.orders import Order, OrderId, RejectedOrder, Window
from connectors.reading.durations import (
    DURATION_HINT,
    DURATION_PATTERN,
    parse_duration,
    write_duration,
)
from connectors.shipments import Shipment, ShippingRules
from connectors.upstream.exchange import Observer
from connectors.upstream.policy import UpstreamPolicy


class ShipOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a shipment. `already`: the shop had it before we came.

    `completed`: nothing of the order is left to ship. `order_id`: the order that it belongs to,
    where the connector found it by its number.
    """

    already: bool = False
    completed: bool = False
    detail: str = ""
    order_id: str = ""


class CheckLevel(StrEnum):
    """How much a finding matters: all well, works with a loss, does not work."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a check: what was tried and found, and, unless all is well, what to do about
    it.
    """

    level: CheckLevel
    what: str
    advice: str = ""


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """What `check` found, in the order it looked."""

    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """True unless something does not work."""
        return all(finding.level is not CheckLevel.PROBLEM for finding in self.findings)


class Connector(Protocol):
    """One configured shop, in six methods: two that list orders, one that counts them, one that
    gets a single order, one that ships, and one that checks.

    Raises nothing but `ConnectorError`s; one order that cannot be read is a `RejectedOrder`, not an
    error. The two lists are async generators: a caller that stops early closes them (`aclose`, or
    `contextlib.aclosing`), so that no walk is left open in the shop.
    """

    def list_orders(self, window: Window) -> AsyncGenerator[Order | RejectedOrder, None]:
        """Every order whose modified time lies in `window`, whatever its status, oldest change
        first, each id once.

        An order that changes during the walk may come with its newer state, or be left to the
        window its new time belongs to.
        """
        ...

    def list_open_orders(self) -> AsyncGenerator[Order | RejectedOrder, None]:
        """Every order that is neither shipped nor cancelled, whenever it was modified: for changes
        the shop does not date.

        For a shop that dates neither shipping nor cancelling, those orders too.
        """
        ...

    async def count_orders(self, window: Window) -> int | None:
        """How many orders `list_orders` will give, as far as the shop can say cheaply: a hint.

        None where it cannot.
        """
        ...

    async def get_order(self, order_id: OrderId) -> Order | RejectedOrder:
        """The order with this id, as `list_orders` would give it. Raises `OrderNotFoundError`."""
        ...

    async def ship(self, shipment: Shipment, earlier: Sequence[Shipment]) -> ShipOutcome:
        """Tell the shop about a shipment, once in effect: look before writing, because the answer
        to an earlier attempt may have been lost.

        `earlier` holds the shipments of the same order that have already been reported to it,
        oldest first.
        """
        ...

    async def check(self) -> CheckReport:
        """Try what the connector will need, change nothing, and say in plain words what is wrong.

        Does not raise.
        """
        ...


@runtime_checkable
class CanWithdraw(Protocol):
    """A connector whose shop can be told that a label was voided; optional, beside the six."""

    async def withdraw(self, shipment: Shipment) -> ShipOutcome:
        """Take the tracking number of a shipment that `ship` told out of the shop, once in effect.
        `already`: the shop shows nothing of it. Raises `ConflictError` for one without a number.
        """
        ...


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(write_duration),
    WithJsonSchema(
        {"type": "string", "pattern": f"^{DURATION_PATTERN}$", "description": DURATION_HINT}
    ),
]
"""The type of a setting that is a length of time, written with its unit."""


class ConnectorSettings(BaseModel):
    """What every `connector:` block has: the name of its type.

    Each connector adds its own fields; unknown ones are refused.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    type: str


class Memory(Protocol):
    """What a connector wants to know again after a restart: a page size it learned, what its shop
    ignores, units, goods.

    Keys and values are short texts of the connector's own. The memory is bounded and may forget
    anything at any time, so a connector must work with an empty one. Nothing about buyers belongs
    here. Raises nothing: a memory that cannot be reached is an empty one.
    """

    async def get(self, key: str) -> str | None:
        """The value last put under `key`, or None if there is none or its lifetime is over."""
        ...

    async def put(self, key: str, value: str, lifetime: timedelta) -> None:
        """Keep `value` under `key`, in place of any other, for at most `lifetime`."""
        ...


class ForgetfulMemory:
    """The memory of a connector that runs without a database: it keeps nothing."""

    async def get(self, key: str) -> str | None:  # noqa: ARG002 - a `Memory`
        """None."""
        return None

    async def put(self, key: str, value: str, lifetime: timedelta) -> None:
        """Forget `value` at once."""


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator should know about the shop although its orders go on.

    `about` names the subject and the part of the shop it concerns (`page_size`,
    `weight products/7`); a newer remark about the same takes the place of an older one. `text` is
    one sentence that says what was expected, what was found and what helps; empty once what was
    remarked no longer holds, which may be said often too. `quoted` is the end of it that is not
    ours, such as an error of the shop's or a value: no log repeats it. The rest names no buyer.
    """

    about: str
    text: str
    quoted: str = ""


def remark_left_out(remark: Callable[[Remark], None], entries: int, kept: int) -> None:
    """Remark on a list in which `kept` of `entries` are orders. The shop's count need not include
    the others, so nothing else may show that they exist.
    """
    if kept < entries:
        text = (
            f"{entries - kept} of {entries} entries of the shop's list are nulls or errors instead"
            " of orders: the shop cannot load these orders. Look for the cause in the shop's log."
        )
        remark(Remark(about="entries of the list", text=text))


def ignore_remark(remark: Remark) -> None:
    """Say nothing: for a connector that is not watched."""


def leave_out_idle(remark: Callable[[Remark], None]) -> Callable[[Remark], None]:
    """`remark`, which takes nothing back that was not remarked through it: so a list that is whole
    may say so each time. What was remarked before a restart ends when it is not repeated.
    """
    standing = set[str]()

    def pass_on(made: Remark) -> None:
        if made.text:
            standing.add(made.about)
        elif made.about in standing:
            standing.remove(made.about)
        else:
            return
        remark(made)

    return pass_on


class ConnectorContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a connector is given besides its own settings.

    `observer` hears of each exchange with the shop, masked.

    `carriers` knows, with the store's own entries on top, what the shop is to call a carrier and
    where its parcels are followed.

    `shipping` says how a shipment is written to the shop; a dry run confirms nothing. `memory`
    outlives the process. `remark` takes what the operator should know; it may be called often with
    the same remark.

    `filler` is to be given every order that is listed or got; None where the settings fill in
    nothing, so that no order's JSON need be kept.
    """

    store: str
    upstream: UpstreamPolicy
    observer: Observer | None = None
    carriers: Carriers = Carriers()
    shipping: ShippingRules = ShippingRules()
    memory: Memory = ForgetfulMemory()
    remark: Callable[[Remark], None] = ignore_remark
    filler: FieldFiller | None = None

    def __post_init__(self) -> None:
        if self.upstream.dry_run and self.shipping.confirm:
            # What was not written cannot be seen.
            rules = msgspec.structs.replace(self.shipping, confirm=False)
            msgspec.structs.force_setattr(self, "shipping", rules)


def no_webhooks(settings: ConnectorSettings, secret: str) -> str:  # noqa: ARG001 - what every `check_webhooks` is given
    """What a kind of shop says that has no webhooks, or none that its connector understands."""
    return f"remove `webhooks`: Portside does not support webhooks for {settings.type}"


def name_no_undated_changes(settings: ConnectorSettings) -> str:  # noqa: ARG001 - what every `undated` is given
    """For a kind of shop that dates every change, as far as its connector knows."""
    return ""


class ConnectorType(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of shop: the object an entry point of the group `portside.connectors` names.

    `open` gives an async context manager: entering it makes the connector ready (no request is made
    yet), leaving it closes its connections. `settings` is the pydantic model of its `connector:`
    block. `status_word` turns a status as people may write it in the settings into the word that
    `Order.shop_status` will have. `check_webhooks` is given the block and the store's
    `webhooks.secret` (empty if there is none) and says what keeps this store from listening to its
    shop's webhooks, in one sentence; empty if nothing does. `undated` is given the block and names
    the changes that move no modified time in such a shop, in words; empty if none are known.
    `review` is given the block and says what in it is doubtful, without asking the shop.
    """

    name: str
    settings: type[ConnectorSettings]
    open: Callable[[Any, ConnectorContext], AbstractAsyncContextManager[Connector]]
    status_word: Callable[[str], str] = str
    check_webhooks: Callable[[Any, str], str] = no_webhooks
    undated: Callable[[Any], str] = name_no_undated_changes
    review: Callable[[Any], Sequence[Finding]] = lambda _settings: ()
