"""The settings that a running Portside goes by, which a reload changes as far as that is sound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel

from proxy.settings.models import Settings

LIVE: Final = ("stores", "alerts", "logs", "export", "admin")
"""What can change while Portside runs; all else was made of the settings once, at the start."""


class LiveSettings:
    """Read from `now` where a value is used, and keep no part of it: so a reload reaches it."""

    def __init__(self, settings: Settings) -> None:
        self.now = settings

    def list_kinds(self) -> frozenset[str]:
        """The kinds of shop that the stores have."""
        return frozenset(store.connector.type for store in self.now.stores.values())

    def follow(self, settings: Settings) -> tuple[Sequence[str], Sequence[str]]:
        """Go by these from now on: which parts are new, and which wait for a restart.

        A new `admin.listen` makes all of `admin` wait: its password belongs to the address.
        """
        new = [
            name
            for name in Settings.model_fields
            if not is_same(getattr(settings, name), getattr(self.now, name))
        ]
        waiting = [name for name in new if name not in LIVE]
        if settings.admin.listen != self.now.admin.listen:
            waiting.append("admin")
        taken = [name for name in new if name not in waiting]
        self.now = self.now.model_copy(update={name: getattr(settings, name) for name in taken})
        return taken, waiting


def is_same(one: Any, other: Any) -> bool:
    """Whether two settings say the same. What was compiled from a text never equals its like, so
    its `source` is compared.
    """
    if isinstance(one, BaseModel):
        return type(one) is type(other) and all(
            is_same(getattr(one, name), getattr(other, name)) for name in type(one).model_fields
        )
    if type(one) is type(other) and hasattr(one, "source"):
        return is_same(one.source, other.source)
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(
            is_same(value, other[key]) for key, value in one.items()
        )
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(is_same, one, other))
    return bool(one == other)
