"""What would become of a shop's last orders: what is left out, and what ShipStation would miss.

Nothing is sent.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

from connectors.errors import ConnectorError
from connectors.inspection import MOST_UNREADABLE
from connectors.interface import CheckLevel, Finding
from connectors.orders import Order, Window
from proxy.export.preparation import Outcome, policy_of, prepare_new
from proxy.operator.checks.carriage import find_left_behind
from proxy.rules.policy import BROKEN, HeldBack, HeldKind
from proxy.rules.reasons import count_reasons
from proxy.stores import Store

REACH = timedelta(days=7)
MOST = 20
# A shop that needs longer for so few orders is not waited for.
PATIENCE = 60.0
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


async def sample_findings(store: Store, patience: float = PATIENCE) -> Sequence[Finding]:
    """What became of the last orders, or why they could not be tried; nothing where nothing is
    amiss.

    `patience` in seconds. Does not raise.
    """
    now = datetime.now(UTC)
    orders, outcomes, sent = list[Order](), list[Outcome](), list[Order]()
    try:
        async with (
            asyncio.timeout(patience),
            aclosing(store.connector.list_orders(Window(start=now - REACH, end=now))) as entries,
        ):
            async for entry in entries:
                outcomes.append(await prepare_new(entry, store.settings, now))
                if isinstance(entry, Order):
                    orders.append(entry)
                    sent += [entry] if outcomes[-1].ready else []
                if len(outcomes) == MOST:
                    break
    except TimeoutError:
        what = (
            f"the last orders did not come within {patience:.0f} seconds, so it is unknown what"
            " would become of them"
        )
        return (
            Finding(
                level=CheckLevel.WARNING,
                what=what,
                advice="`portside explain` shows what takes so long",
            ),
        )
    except ConnectorError as error:
        what = f"the last orders cannot be read: {error}"
        return (
            Finding(
                level=CheckLevel.PROBLEM,
                what=what,
                advice="`portside explain` shows what was asked and answered",
            ),
        )
    except Exception as error:  # noqa: BLE001 -- a connector may be a stranger's, and a person is reading
        what = (
            "the connector failed over the last orders because of a fault of its own:"
            f" {type(error).__name__}"
        )
        return (
            Finding(
                level=CheckLevel.PROBLEM,
                what=what,
                advice="report it to the author of the connector",
            ),
        )
    return [
        *_find_left_out(outcomes),
        *find_left_behind(sent, policy_of(store.settings).filters.include),
        *_find_unknown_statuses(outcomes),
        *_find_missing_fields(orders),
    ]


def _find_left_out(outcomes: Sequence[Outcome]) -> Sequence[Finding]:
    held = [
        outcome.held
        for outcome in outcomes
        if outcome.held is not None and (outcome.held.kind in BROKEN or not outcome.ready)
    ]
    refused = [each for each in held if each.kind is HeldKind.INVALID]
    filtered = [each for each in held if each.kind in {HeldKind.FILTERED, HeldKind.EARLY}]
    findings = [*_find_unreadable(outcomes)]
    if refused:
        what = (
            f"{len(refused)} of {len(outcomes)} orders would not go out, because ShipStation would"
            f" refuse them, e.g. order {_describe_held(refused[0])}"
        )
        level = CheckLevel.PROBLEM if len(refused) == len(outcomes) else CheckLevel.WARNING
        findings.append(
            Finding(
                level=level,
                what=what,
                advice="`portside preview --store NAME ORDER` shows what becomes of one order",
            )
        )
    if filtered:
        level = CheckLevel.WARNING if len(filtered) == len(outcomes) else CheckLevel.OK
        what = (
            f"{len(filtered)} of {len(outcomes)} orders are kept back by a filter, e.g. order"
            f" {_describe_held(filtered[0])}"
        )
        groups = count_reasons(each.reason for each in filtered)
        if len(groups) > 1:
            counted = "; ".join(f"{count}: {reason}" for reason, count in groups)
            what = f"{what}. By reason: {counted}"
        findings.append(Finding(level=level, what=what))
    return findings


def _find_unreadable(outcomes: Sequence[Outcome]) -> Sequence[Finding]:
    """A problem where so many cannot be read that it is not the fault of single orders."""
    unreadable = [
        outcome.held
        for outcome in outcomes
        if outcome.held is not None and outcome.held.kind is HeldKind.UNREADABLE
    ]
    if not unreadable:
        return ()
    many = len(unreadable) > MOST_UNREADABLE * len(outcomes)
    return (
        Finding(
            level=CheckLevel.PROBLEM if many else CheckLevel.WARNING,
            what=(
                f"{len(unreadable)} of {len(outcomes)} orders cannot be read, e.g. order"
                f" {_describe_held(unreadable[0])}"
            ),
            advice="`portside preview --store NAME ORDER` shows what becomes of one order",
        ),
    )


def _describe_held(held: HeldBack) -> str:
    return f"{held.number or held.id or 'without an id'}: {held.reason}"


def _find_unknown_statuses(outcomes: Sequence[Outcome]) -> Sequence[Finding]:
    words = sorted(
        {
            each.unknown_status
            for outcome in outcomes
            for each in outcome.ready
            if each.unknown_status
        }
    )
    if not words:
        return ()
    what = (
        "these order statuses are not mapped, so the orders go out as on_hold:"
        f" {', '.join(map(repr, words))}"
    )
    return (
        Finding(level=CheckLevel.WARNING, what=what, advice="map them in the store's `statuses`"),
    )


def _find_missing_fields(orders: Sequence[Order]) -> Sequence[Finding]:
    """What an order may lack on the wire and a packer cannot do without."""
    lacking = {
        "recipient's name": [each for each in orders if not _has_name(each)],
        "street": [each for each in orders if not each.customer.ship_to.line1.strip()],
        "currency of three capital letters": [
            each for each in orders if not _CURRENCY.fullmatch(each.currency)
        ],
    }
    return [
        Finding(
            level=CheckLevel.WARNING,
            what=(
                f"{len(found)} of {len(orders)} orders have no {part}, e.g. order"
                f" {found[0].number or found[0].id}"
            ),
            advice="see whether the shop has it, and how it is mapped",
        )
        for part, found in lacking.items()
        if found
    ]


def _has_name(order: Order) -> bool:
    """Whether a person is named; the buyer stands in where the recipient is not."""
    ship_to, bill_to = order.customer.ship_to, order.customer.bill_to
    return any(
        text.strip() for text in (ship_to.name, ship_to.company, bill_to.name, bill_to.company)
    )
