"""Shopify's Admin schemas of all versions that are served, as an npm package of Shopify's carries
them.

What is kept is the answer to GraphQL's introspection query without its descriptions, compressed.
"""

from __future__ import annotations

import gzip
import json
import lzma
import re
import subprocess
import tarfile
from pathlib import Path
from typing import Any

PACKAGE = "@shopify/dev-mcp"
FOLDER = Path(__file__).parents[1] / "fixtures" / "shopify" / "schemas"
_SCHEMA = re.compile(r"package/dist/data/admin_(\d{4}-\d{2})\.json\.gz")
_ORIGIN = """# Shopify's Admin schemas

From the npm package `{package}` {version} ({license}), its files
`dist/data/admin_*.json.gz`: the answers to GraphQL's introspection query, without descriptions.
`make shopify-schemas` renews them.
"""


def renew_schemas(folder: Path, scratch: Path) -> tuple[str, ...]:
    """Write the schemas of the newest package in place of those in `folder`; the versions.

    `scratch` is an empty folder for the package. npm must be installed.
    """
    subprocess.run(  # noqa: S603 -- our own words
        ["npm", "pack", "--silent", f"{PACKAGE}@latest", "--pack-destination", scratch],  # noqa: S607 -- wherever npm is
        check=True,
        capture_output=True,
    )
    (archive,) = scratch.glob("*.tgz")
    with tarfile.open(archive) as package:
        about = json.loads(_read_member(package, "package/package.json"))
        schemas = {
            match[1]: json.loads(gzip.decompress(_read_member(package, name)))["data"]
            for name in package.getnames()
            if (match := _SCHEMA.fullmatch(name))
        }
    for old in folder.glob("*.json.xz"):
        old.unlink()
    for version, schema in schemas.items():
        text = json.dumps(_drop_descriptions(schema), separators=(",", ":"), sort_keys=True)
        (folder / f"{version}.json.xz").write_bytes(lzma.compress(text.encode(), preset=9))
    (folder / "ORIGIN.md").write_text(
        _ORIGIN.format(package=PACKAGE, version=about["version"], license=about["license"])
    )
    return tuple(sorted(schemas))


def list_versions(folder: Path = FOLDER) -> tuple[str, ...]:
    """The versions whose schemas are kept, the oldest first."""
    return tuple(sorted(file.name.partition(".")[0] for file in folder.glob("*.json.xz")))


def read_schema(version: str, folder: Path = FOLDER) -> dict[str, Any]:
    """The answer to the introspection query."""
    kept: dict[str, Any] = json.loads(lzma.decompress((folder / f"{version}.json.xz").read_bytes()))
    return kept


def _read_member(package: tarfile.TarFile, name: str) -> bytes:
    member = package.extractfile(name)
    if member is None:
        raise FileNotFoundError(name)
    return member.read()


def _drop_descriptions(part: object) -> object:
    """Most of their size, and nothing that a document could break on."""
    if isinstance(part, dict):
        return {
            name: _drop_descriptions(value)
            for name, value in part.items()
            if name != "description" or isinstance(value, dict | list)
        }
    if isinstance(part, list):
        return [_drop_descriptions(value) for value in part]
    return part
