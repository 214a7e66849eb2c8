"""The fields that an order cannot do without."""

from __future__ import annotations

from datetime import datetime

from connectors.generic_json.mapping.scope import Scope
from connectors.generic_json.settings.mapping import FieldSource, TimeSource
from connectors.language.functions.times import read_time
from connectors.reading import fields


def read_needed_text(scope: Scope, field: str, source: FieldSource) -> str:
    """A text, with a fault where there is none."""
    found = scope.read(field, source, fields.read_id, "")
    if not found:
        raise scope.fault(
            field, "expected text, found nothing", source.sources[0] if source.sources else None
        )
    return found


def read_needed_time(scope: Scope, field: str, source: TimeSource) -> datetime:
    """A time, with a fault where there is none."""
    found = scope.read(
        field, source, lambda value, _: read_time(value, source.format, source.zone), None
    )
    if found is None:
        raise scope.fault(
            field, "expected a time, found nothing", source.sources[0] if source.sources else None
        )
    return found
