"""What decides and what is read from JSON loads no HTTP, no database, no settings model and no
event loop.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

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


def loaded_by(*modules: str) -> dict[str, list[str]]:
    """Each of the modules at whose import a fresh interpreter, which imports one after the other,
    first held a heavy one, and which it held.
    """
    asked = (
        "import sys, importlib\n"
        "known = set()\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        f"    new = {set(HEAVY)} & sys.modules.keys() - known\n"
        "    known |= new\n"
        "    print(name, *sorted(new))\n"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", asked, *modules],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = (line.split() for line in done.stdout.splitlines())
    return {name: heavy for name, *heavy in found if heavy}


def test_importing_what_is_pure_loads_nothing_heavy() -> None:
    pure = list(pure_modules())
    assert len(pure) > 100
    assert loaded_by(*pure) == {}


def test_a_module_that_talks_to_shops_would_be_caught() -> None:
    caught = loaded_by("connectors.orders", "connectors.upstream.client", "connectors.errors")
    assert "aiohttp" in caught.pop("connectors.upstream.client")
    assert caught == {}
