"""`python -m tests.supply audit PIP_AUDIT LOCK…`: known weaknesses of the packages we pin;
`python -m tests.supply image`: put the newest exact tag into the Dockerfile;
`python -m tests.supply shopify-schemas`: renew the schemas that our GraphQL documents are held to;
`python -m tests.supply release`: what stands against a release.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.supply.advisories import audit
from tests.supply.image import find_newest_tag, write_base
from tests.supply.release import find_release_faults
from tests.supply.shopify_schemas import FOLDER, renew_schemas


def _audit(tool: Path, locks: list[Path]) -> int:
    public = os.environ.get("GITHUB_ACTIONS") == "true"
    worst = 0
    for lock in locks:
        verdict = audit(tool, lock)
        for line in verdict.lines():
            sys.stdout.write(f"{lock.name}: {line}\n")
        worst = max(worst, verdict.exit_status(public=public))
    return worst


def _renew_image() -> int:
    dockerfile = Path("Dockerfile")
    tag = find_newest_tag(Path(sys.executable).with_name("uv"))
    dockerfile.write_text(write_base(dockerfile.read_text(), tag))
    sys.stdout.write(f"Dockerfile: {tag}\n")
    return 0


def _renew_schemas() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        versions = renew_schemas(FOLDER, Path(scratch))
    sys.stdout.write(f"{FOLDER.relative_to(Path.cwd())}: {', '.join(versions)}\n")
    return 0


def _check_release() -> int:
    faults = find_release_faults(Path.cwd(), datetime.now(UTC).date())
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


_COMMANDS = {
    "image": _renew_image,
    "shopify-schemas": _renew_schemas,
    "release": _check_release,
}


def main() -> int:
    """Do what the command line asks; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.supply")
    commands = parser.add_subparsers(dest="command", required=True)
    auditing = commands.add_parser("audit")
    auditing.add_argument("tool", type=Path)
    auditing.add_argument("locks", type=Path, nargs="+")
    for name in _COMMANDS:
        commands.add_parser(name)
    asked = parser.parse_args()
    if asked.command == "audit":
        return _audit(asked.tool, asked.locks)
    return _COMMANDS[asked.command]()


if __name__ == "__main__":
    sys.exit(main())
