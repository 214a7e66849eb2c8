"""Run benchmarks and print what they measured."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

_HERE = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run those named, or all."""
    known = [
        module.name
        for module in pkgutil.iter_modules([str(_HERE)])
        if not module.name.startswith("_")
    ]
    if unknown := sorted(set(names) - set(known)):
        sys.stderr.write(
            f"No benchmark called {', '.join(unknown)}; there are: {', '.join(known)}.\n"
        )
        return 2
    for name in names or known:
        sys.stdout.write(f"{name}\n")
        for line in importlib.import_module(f"tests.benchmarks.{name}").run():
            sys.stdout.write(f"  {line}\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
