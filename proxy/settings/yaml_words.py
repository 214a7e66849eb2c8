"""The words of a settings file: how its variables travel through the YAML parser, and what a plain
word means.
"""

from __future__ import annotations

import re
from typing import Any

# A brace ends a plain word inside `{…}`, so variables travel through the parser in private
# characters of the same width.
_BRACED = re.compile(r"\$\{([^{}\n]*)\}")
_OPEN, _CLOSE = "\uf8f0\uf8f1", "\uf8f2"
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}", re.ASCII)
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{0,14}[1-9]", re.ASCII)
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}


def hide_variables(text: str) -> str:
    """The text with each `${NAME}` in private characters."""
    return _BRACED.sub(rf"{_OPEN}\1{_CLOSE}", text)


def restore_variables(text: str) -> str:
    """What stands in the file, without the private characters."""
    return text.replace(_OPEN, "${").replace(_CLOSE, "}")


def read_plain_value(text: str) -> Any:
    """A number only where its one plain spelling is used, so that `007` or `1.10` meant as text
    stays what was typed.
    """
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
