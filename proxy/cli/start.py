"""What `portside` runs first: look whether the package `proxy` is ours alone.

Packages of PyPI share one folder, and another application's `proxy` (that of proxy.py) would lie
among our modules: whichever was installed last has its files there, and removing one takes files
of both.
"""

from __future__ import annotations

import sys
from importlib.metadata import Distribution, distributions

_ADVICE = (
    "Install Portside by itself: with `pipx` or `uvx`, or into a virtual environment of its own."
)


def find_other_owners() -> tuple[str, ...]:
    """The names of other installed distributions that have files in the package `proxy`."""
    return tuple(
        sorted(
            {found.name for found in distributions() if _has_files_of_ours(found)} - {"portside"}
        )
    )


def _has_files_of_ours(found: Distribution) -> bool:
    # Its lines are read as text, because parsing every package's list takes half a second.
    record = found.read_text("RECORD") or found.read_text("installed-files.txt") or ""
    return "\nproxy/" in f"\n{record}"


def main() -> None:
    """Run the command line, or say who else is in its place."""
    if others := find_other_owners():
        sys.exit(
            f"Portside cannot start: {', '.join(others)} has files in the Python package `proxy`,"
            f" which is Portside's here. {_ADVICE}"
        )
    # Only now: these may be the other's modules.
    from proxy.cli.main import main as run  # noqa: PLC0415

    run()
