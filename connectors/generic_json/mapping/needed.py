"""The fields that an order cannot do without."""

from __future__ import annotations

from datetime import datetime

from connectors.fieldmap.rules import FieldRule
from connectors.fieldmap.scope import Scope
from connectors.generic_json.mapping.rules import TimeRule
from connectors.language.functions.times import read_time
from connectors.reading import fields


def read_needed_text(scope: Scope, field: str, rule: FieldRule) -> str:
    """A text, with a fault where there is none."""
    found = scope.read(field, rule, fields.read_id, "")
    if not found:
        raise scope.make_fault(
            field, "expected text, found nothing", rule.sources[0] if rule.sources else None
        )
    return found


def read_needed_time(scope: Scope, field: str, rule: TimeRule) -> datetime:
    """A time, with a fault where there is none."""
    found = scope.read(field, rule, lambda value, _: read_time(value, rule.format, rule.zone), None)
    if found is None:
        raise scope.make_fault(
            field, "expected a time, found nothing", rule.sources[0] if rule.sources else None
        )
    return found
