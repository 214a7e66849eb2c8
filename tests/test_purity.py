"""What decides and what is read from JSON loads no HTTP, no database, no settings model and no
event loop.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("aiohttp", "asyncio", "pydantic", "sqlalchemy", "structlog")
# Modules by name, and folders with all their modules.
PURE = (
    "connectors/carriers.py",
    "connectors/errors.py",
    "connectors/orders.py",
    "connectors/places.py",
    "connectors/shipments.py",
    "connectors/webhooks.py",
    "connectors/reading",
    "connectors/language",
    "connectors/fieldmap/filler.py",
    "connectors/fieldmap/parts.py",
    "connectors/fieldmap/rules.py",
    "connectors/fieldmap/scope.py",
    "connectors/generic_json/mapping",
    "connectors/woocommerce/mapping",
    "connectors/shopify/mapping",
    "connectors/shopify/shipping/plan.py",
    "proxy/doors/custom_store",
    "proxy/rules",
)


def pure_modules() -> Iterator[str]:
    """The dotted names; a program (`__main__`) is not imported."""
    for place in PURE:
        path = ROOT / place
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            if parts[-1] != "__main__":
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def loaded_by(module: str) -> list[str]:
    """The heavy modules that a fresh interpreter holds once it has imported `module`."""
    asked = f"import sys, {module}; print(*[m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


@pytest.mark.parametrize("module", list(pure_modules()))
def test_importing_it_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(module) == []


def test_a_module_that_talks_to_shops_would_be_caught() -> None:
    assert "aiohttp" in loaded_by("connectors.upstream.client")
