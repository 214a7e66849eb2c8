"""Reasons that are the same but for the order they are about, to be counted together. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

# The beginning is enough to tell one kind of reason from another.
_LONGEST = 200
_NUMBER = re.compile(r"\b\d+\b")


def group_reason(reason: str) -> str:
    """What a reason has in common with others of its kind: it goes without what was found in one
    order, without advice in brackets, and without numbers.
    """
    common = reason[:_LONGEST].partition(" (")[0].partition(", found ")[0]
    return _NUMBER.sub("…", common).rstrip(" .:")


def count_reasons(reasons: Iterable[str]) -> list[tuple[str, int]]:
    """How many have each reason, most of them first."""
    return Counter(map(group_reason, reasons)).most_common()


# How the reasons of `proxy.rules.policy` begin, and the setting that holds such orders.
_SETTINGS = {
    "status: expected one of": "filters.statuses",
    "shipping_method: expected one of": "filters.shipping_methods",
    "tags: expected one of": "filters.tags",
}
_NAMED = re.compile(r"\b(filters\.[a-z_]{2,40})\b")


def name_setting(reason: str, kind: str) -> str:
    """The setting of the store that an order is held by, e.g. `filters.max_age`; empty where it is
    none, because the order itself is the reason.
    """
    reason = reason[:_LONGEST]
    for beginning, setting in _SETTINGS.items():
        if reason.startswith(beginning):
            return setting
    if named := _NAMED.search(reason):
        return named[1]
    return "filters.shippable_only" if kind == "filtered" and reason.startswith("items: ") else ""
