"""Pages of the site that lie outside `docs/`: README is its home."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

_PAGES = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}
_AS_THEY_ARE = ("LICENSE", "settings.yaml")


def on_files(files: Files, config: Any) -> Files:
    """Add them, with links that are right from there."""
    root = Path(config.config_file_path).parent
    for name, page in _PAGES.items():
        text = (root / name).read_text(encoding="utf-8").replace("](docs/", "](")
        for other, place in _PAGES.items():
            text = text.replace(f"]({other}", f"]({place}")
        files.append(File.generated(config, page, content=_mark_lists(text)))
    for name in _AS_THEY_ARE:
        files.append(File.generated(config, name, abs_src_path=str(root / name)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Pages are written for GitHub, too: links lead out of `docs/` there, and a list needs no
    empty line before it.
    """
    up = "../" * page.file.src_uri.count("/")
    for name, place in _PAGES.items():
        markdown = re.sub(rf"\]\((?:\.\./)+{re.escape(name)}", f"]({up}{place}", markdown)
    return _mark_lists(markdown)


def _mark_lists(text: str) -> str:
    return re.sub(r"(?m)^((?![-*] |\d+\. |\s|\||#|```).+\n)(?=(?:[-*]|\d+\.) )", r"\1\n", text)
