"""Whether what a shop shows holds a shipment. Pure."""

from __future__ import annotations

from typing import Any

from connectors.errors import RefusedError
from connectors.generic_json.settings.shipment import ProbeSettings
from connectors.language.expressions import Expression
from connectors.language.functions import EvaluationError
from connectors.language.functions.table import as_text
from connectors.language.logic import is_false
from connectors.shipments import Shipment, fold_tracking


def is_shown(
    probe: ProbeSettings, shipment: Shipment, shown: Any, *, complete: bool, strict: bool
) -> bool:
    """Whether this shows the shipment: its tracking number; without one, that the order is shipped,
    where the probe can tell and nothing is left.

    Unless `strict`, this may be something else than what the probe looks at.
    """
    try:
        if shipment.tracking_number.strip():
            return has_tracking(probe.tracking(shown), shipment.tracking_number)
        if probe.shipped is None or not complete:
            return strict
        return not is_false(probe.shipped(shown))
    except EvaluationError:
        return False


def has_answer(shows: Expression, answer: Any, shipment: Shipment) -> bool:
    """Whether a step's answer shows the shipment's tracking number."""
    if not shipment.tracking_number.strip():
        return False
    try:
        return has_tracking(shows(answer), shipment.tracking_number)
    except EvaluationError:
        return False


def has_tracking(found: Any, number: str) -> bool:
    """Whether what a probe found holds a tracking number, however it is written.

    A text may hold several numbers, and a number several commas: a multi-piece label's is one
    shipment's, so the number counts as a whole.
    """
    wanted = _set_apart(number)
    pending = [found]
    while pending:
        each = pending.pop()
        if isinstance(each, list):
            pending += each
        elif (
            not isinstance(each, dict)
            and each is not None
            and wanted in _set_apart(as_text(each) or "")
        ):
            return True
    return False


def _set_apart(numbers: str) -> str:
    """Numbers as they are compared, each between commas."""
    folded = fold_tracking(numbers)
    return f",{folded.strip(',') or folded},"


def evaluate(expression: Expression, scope: Any) -> Any:
    """What an expression of the steps finds. Raises `RefusedError`, with its place."""
    try:
        return expression(scope)
    except EvaluationError as error:
        place = f" ({expression.place})" if expression.place else ""
        raise RefusedError(
            f"The settings' expression {expression.source!r}{place}: {error}."
        ) from None
