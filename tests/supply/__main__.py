"""`python -m tests.supply audit PIP_AUDIT LOCK…`: known weaknesses of the packages we pin;
`python -m tests.supply image`: put the newest exact tag into the Dockerfile.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tests.supply.advisories import audit
from tests.supply.image import find_newest_tag, write_base


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


def main() -> int:
    """Do what the command line asks; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.supply")
    commands = parser.add_subparsers(dest="command", required=True)
    auditing = commands.add_parser("audit")
    auditing.add_argument("tool", type=Path)
    auditing.add_argument("locks", type=Path, nargs="+")
    commands.add_parser("image")
    asked = parser.parse_args()
    return _audit(asked.tool, asked.locks) if asked.command == "audit" else _renew_image()


if __name__ == "__main__":
    sys.exit(main())
