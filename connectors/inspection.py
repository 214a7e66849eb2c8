"""What a connector may show to the person who sets it up: raw orders, where each field came from,
how the shop's clock stands, and what its answers are like.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import aclosing, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from connectors.errors import ConnectorError, OrderNotFoundError, SharedNumberError
from connectors.interface import CheckLevel, Connector, Finding
from connectors.orders import Order, OrderId, RejectedOrder, Window
from connectors.places import Source
from connectors.upstream.refusals import LET_THROUGH
from connectors.upstream.shop_clock import describe_offset, is_far_off

MOST_UNREADABLE = 0.1
"""More of the last orders than this share that cannot be read are a problem of the shop or of the
settings, and not of single orders.
"""
# How far back, and among how many orders, a number is looked for in the list.
_REACH = timedelta(days=30)
_MOST_SEARCHED = 1_000
_MOST_MENDED = 3
_WALL = f"; {LET_THROUGH}."
WALL_ADVICE = (
    "Ask the host to let Portside through; if its firewall goes by the name of the client, set the"
    " store's `upstream.user_agent` to one that it lets through."
)


@runtime_checkable
class Inspectable(Protocol):
    """A connector that can show what the shop sent before it became an order. Optional."""

    async def fetch(self, window: Window, limit: int) -> list[Any]:
        """The first orders of a window as the shop sends them."""
        ...

    async def raw_order(self, order_id: OrderId) -> Any:
        """One order as the shop sends it. Raises `OrderNotFoundError`."""
        ...

    def trace(self, raw: Any) -> tuple[Order | RejectedOrder | None, Sequence[Source]]:
        """What becomes of an order as the shop sent it, and the origin of each field."""
        ...


@runtime_checkable
class FindsByNumber(Protocol):
    """A connector that finds an order by the number that people see. Optional."""

    async def find_order_id(self, number: str) -> OrderId:
        """The id of the one order with this number.

        Raises `OrderNotFoundError`, also where the shop cannot be asked by number, and
        `ConflictError` where several orders have it.
        """
        ...


async def find_order_id(connector: Connector, word: str, *others: str) -> OrderId:
    """The id of the order that a person means: that of its number, or of one of the `others`, where
    the connector finds it; else what was typed. Raises `ConflictError` where several orders have
    the number.
    """
    if isinstance(connector, FindsByNumber):
        for number in (word, *others):
            with suppress(OrderNotFoundError):
                return await connector.find_order_id(number)
    return OrderId(word)


async def search_order_id(connector: Connector, *numbers: str) -> OrderId | None:
    """The id of the order with one of these numbers among those that changed lately, for a shop
    that cannot be asked for a number; None if there is none. Raises `SharedNumberError`.
    """
    wanted = {_fold_number(number) for number in numbers}
    now = datetime.now(UTC)
    found, seen = list[str](), 0
    async with aclosing(connector.list_orders(Window(start=now - _REACH, end=now))) as entries:
        async for entry in entries:
            seen += 1
            if entry.id and _fold_number(entry.number) in wanted and entry.id not in found:
                found.append(entry.id)
            if seen >= _MOST_SEARCHED:
                break
    if len(found) > 1:
        raise SharedNumberError(numbers[0], found)
    return OrderId(found[0]) if found else None


def _fold_number(number: str) -> str:
    return number.strip().removeprefix("#").casefold()


def is_wall(error: ConnectorError) -> bool:
    """Whether a firewall's page came in the place of the shop's answer."""
    return _WALL in str(error)


def report_failure(what: str, error: ConnectorError, advice: str) -> Finding:
    """A problem: `what` does not work, for this error. A firewall's page needs advice of its own
    and no other.
    """
    said = str(error).replace(_WALL, ".")
    return Finding(
        level=CheckLevel.PROBLEM,
        what=f"{what}: {said}" if what else said,
        advice=WALL_ADVICE if is_wall(error) else advice,
    )


def check_answers(mended: Collection[str]) -> Sequence[Finding]:
    """A warning where answers had to be mended, e.g. because PHP writes its notices into them
    (`mended` as `Upstream.mended`).
    """
    if not mended:
        return ()
    within = (
        "Nothing has to be set: what cannot be read is replaced. Look in the shop for texts and"
        " numbers that are broken so."
    )
    around = (
        "Nothing has to be set. Keep PHP's notices and the comments of plugins out of the API's"
        " answers: `display_errors = Off`, in WordPress `WP_DEBUG_DISPLAY` false."
    )
    what = f"The shop's answers are not well formed ({', '.join(sorted(mended)[:_MOST_MENDED])})"
    return (
        Finding(
            level=CheckLevel.WARNING,
            what=f"{what}; Portside mends them",
            advice=around if any(kind.startswith("text ") for kind in mended) else within,
        ),
    )


def check_clock(offset: float | None) -> Sequence[Finding]:
    """A warning where the shop's clock is far from ours (`offset` in seconds, as
    `Upstream.clock_offset`); nothing where it is not, or unknown.
    """
    if offset is None or not is_far_off(offset):
        return ()
    said = describe_offset(offset)
    return (
        Finding(
            level=CheckLevel.WARNING,
            what=(
                f"{said[0].upper()}{said[1:]}; windows are widened by as much, up to a day, so that"
                " no order falls out of them"
            ),
            advice="Set the clock of the shop's server, or ours, by NTP.",
        ),
    )
