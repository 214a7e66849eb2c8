"""How many files and connections the system lets this process have open."""

from __future__ import annotations

import sys
from typing import Final

UNKNOWN: Final = 8192
"""Taken for the limit where the system names none."""

# macOS names no hard limit and refuses what its kernel does not allow.
_WORTH_TRYING = (65_536, 10_240)


def raise_descriptor_limit() -> None:
    """Raise the soft limit of open descriptors to the hard one, or as far as the system lets us."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 -- not on every platform

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY in {soft, hard} and soft == hard:
        return
    for wanted in (hard, *_WORTH_TRYING):
        if wanted != resource.RLIM_INFINITY and wanted <= soft:
            continue
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError):
            continue
        return


def count_descriptors() -> int:
    """How many descriptors this process may have open."""
    if sys.platform == "win32":
        return UNKNOWN
    import resource  # noqa: PLC0415 -- not on every platform

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return UNKNOWN if soft == resource.RLIM_INFINITY else soft
