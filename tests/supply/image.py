"""The image that the Dockerfile builds on, and its newest exact tag."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

LINE = "3.14"
DEBIAN = "trixie"
_BASE = re.compile(r"(?m)^FROM (python:\S+)")


def read_bases(dockerfile: str) -> list[str]:
    """The images that a Dockerfile's stages build on."""
    return _BASE.findall(dockerfile)


def write_base(dockerfile: str, tag: str) -> str:
    """The Dockerfile with each stage on `tag`."""
    return _BASE.sub(f"FROM {tag}", dockerfile)


def find_newest_tag(uv: Path) -> str:
    """The newest release of our Python line that uv knows, as the tag of Docker's official image.

    uv's list is part of uv, which `make lock` renews: no registry is asked.
    """
    listed = subprocess.run(  # noqa: S603 - the uv of the lock file
        [uv, "python", "list", "--all-versions", "--output-format=json", LINE],
        capture_output=True,
        text=True,
        check=True,
    )
    patches = [
        found["version_parts"]["patch"]
        for found in json.loads(listed.stdout)
        if found["version"] == f"{LINE}.{found['version_parts']['patch']}"
    ]
    return f"python:{LINE}.{max(patches)}-slim-{DEBIAN}"
