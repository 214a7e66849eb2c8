"""How the descriptors that a process may have open are shared out. Pure."""

from __future__ import annotations

from typing import Final

ADMIN: Final = 64
"""Connections to the operator's side, kept for it whatever happens at the public one."""

PER_ADDRESS: Final = 100
"""Public connections from one address that is not a trusted proxy."""

# An idle connection takes about 20 KB: this many cost less than 100 MB.
_MOST_PUBLIC = 4_096
_FEWEST_PUBLIC = 16
# The database's files and connections, the log, what the interpreter has open, and some to spare.
_OWN = 96


def count_public(descriptors: int, to_shops: int) -> int:
    """Public connections that there may be in all, of so many descriptors, so that those of the
    operator's side, of our own files and `to_shops` to the shops remain.

    Where the limit is very low, the public side has a quarter of it.
    """
    left = descriptors - ADMIN - _OWN - to_shops
    return max(_FEWEST_PUBLIC, min(_MOST_PUBLIC, max(left, descriptors // 4)))
