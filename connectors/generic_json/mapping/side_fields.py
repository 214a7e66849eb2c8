"""What an order can go without: a field of it that cannot be read is left out and complained of.

Needed are what names the order and says where it stands (id, number, time of change, status), what
is packed and for which address, and what was paid.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from connectors.fieldmap.rules import FieldRule
from connectors.fieldmap.scope import Scope
from connectors.reading.fields import FieldError

T = TypeVar("T")


class SideFields:
    """The complaints of one order, one sentence for each field that was left out."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def read(self, read: Callable[[], T], missing: T) -> T:
        """What `read` gives; `missing` where it raises a `FieldError`."""
        try:
            return read()
        except FieldError as fault:
            self.complaints.append(str(fault))
            return missing

    def read_text(
        self, scope: Scope, field: str, rule: FieldRule | None, *, keep_lines: bool = False
    ) -> str:
        """A text that the order can go without."""
        return self.read(lambda: scope.read_text(field, rule, keep_lines=keep_lines), "")
