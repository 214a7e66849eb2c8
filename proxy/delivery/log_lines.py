"""The log line of each attempt at a delivery."""

from __future__ import annotations

from datetime import UTC

import structlog

from connectors.errors import ConnectorError
from connectors.quoting import describe_error, make_printable
from proxy.rules.retry_schedule import Decision
from proxy.storage.outbox.interface import Attempt, Delivery

# In characters: an order's number comes from outside.
_LONGEST_NUMBER = 40
_log = structlog.get_logger("portside.delivery")


def tell_attempt(
    delivery: Delivery, attempt: Attempt, error: ConnectorError | None, decision: Decision | None
) -> None:
    """Say whether the shop was told, and what comes next where it was not. `decision` is None where
    it was. A repeat that fails and is tried again has had its line: it stands at debug.
    """
    order = make_printable(delivery.shipment.order[:_LONGEST_NUMBER])
    if error is None:
        log, event = _log.info, "Shop told."
        said = f"told the shop that order {order} was shipped, {attempt.seconds:.1f} s"
    else:
        is_old = delivery.last_error and decision is not None and decision.next_at is not None
        log, event = _log.debug if is_old else _log.warning, "Shop not told."
        said = f"could not tell the shop that order {order} was shipped: "
        said += f"{describe_error(error).rstrip('.')}; {_say_next(delivery, decision)}"
    log(
        event,
        said=f"{delivery.store}: {said}",
        store=delivery.store,
        delivery=delivery.id,
        order=order,
        outcome=attempt.outcome.value,
        seconds=round(attempt.seconds, 3),
        reason="" if error is None else error,
    )


def _say_next(delivery: Delivery, decision: Decision | None) -> str:
    if decision is None or decision.next_at is None:
        return f"a person must look: `portside deliveries show {delivery.id}`"
    return f"next try at {decision.next_at.astimezone(UTC):%H:%M:%S} UTC"
