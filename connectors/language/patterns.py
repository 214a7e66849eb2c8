r"""Regular expressions that cannot hang: RE2's, matched in time linear in the text.

Python's own `re` tries every way to match and can take years over forty letters. RE2 follows all
ways side by side, so a pattern costs at most its size times the length of the text.

The syntax is RE2's (https://github.com/google/re2/wiki/Syntax): without look-around and
back-references, `\d \w \s` are ASCII (`\pL` is any letter), and `$` is the end of the text.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Any, Final

import msgspec
import re2

MOST_PATTERN: Final = 200
"""Characters a pattern may have."""

MOST_PROGRAM: Final = 4_000
"""Instructions a pattern may come to, repeats written out; a class such as `\\pL` is about 600."""

_MOST_MEMORY: Final = 1 << 20
# RE2 runs so many instructions in the time that an expression takes for one step of its own.
_FASTER: Final = 100
_FAULTS: Final = MappingProxyType(
    {
        "missing )": "expected ')' for this group, found the end",
        "unexpected )": "found ')' without its '('",
        "missing ]": "expected ']' for this class, found the end",
        "no argument for repetition operator": "found a repeat with nothing before it to repeat",
        "bad repetition operator": "found a repeat of a repeat",
        "invalid perl operator": "look-around is not known; expected (?:…) or (?P<name>…)",
        "invalid escape sequence": "this escape is not known",
        "invalid repetition size": (
            "expected a repeat of at most 1000 in all, such as {2} or {2,5}, the smaller number"
            " first"
        ),
        "invalid character class range": "expected a range such as a-z",
        "trailing \\": "expected a character after the backslash",
        "pattern too large": "expected a shorter pattern: its repeats make it too large",
    }
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class PatternError(ValueError):
    """The pattern cannot be read; the message names the part that is at fault."""


class Pattern(msgspec.Struct, frozen=True):
    """A compiled pattern. `groups` is how many groups it captures, `size` its instructions."""

    program: Any
    groups: int
    size: int

    def search(self, text: str) -> tuple[str | None, ...] | None:
        """The first match from the left: the whole of it, then each group; None where there is
        none.
        """
        match = self.program.search(_mend_surrogates(text))
        return None if match is None else (match.group(), *match.groups())

    def estimate_steps(self, text: str) -> int:
        """What a search of `text` may cost at most, in steps of an expression."""
        return 1 + (len(text) + 1) * self.size // _FASTER


def compile_pattern(source: str) -> Pattern:
    """Read a pattern. Raises `PatternError`."""
    if len(source) > MOST_PATTERN:
        raise PatternError(
            f"expected a pattern of at most {MOST_PATTERN} characters, found {len(source)}"
        )
    if any(escape[1] == "C" for escape in _ESCAPE.finditer(source)):
        raise PatternError("this escape is not known: '\\\\C'")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_MEMORY
    try:
        program = re2.compile(_mend_surrogates(source), options)
    except re2.error as error:
        raise PatternError(_explain(error)) from None
    if program.programsize > MOST_PROGRAM:
        raise PatternError(_FAULTS["pattern too large"])
    return Pattern(program=program, groups=program.groups, size=program.programsize)


def _explain(error: Exception) -> str:
    """RE2's complaint in our words; it comes as `kind: the part of the pattern`."""
    said = error.args[0]
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    kind, _, part = text.partition(": ")
    return f"{_FAULTS.get(kind, kind)}{f': {part!r}' if part else ''}"


def _mend_surrogates(text: str) -> str:
    """`text` with halves of surrogate pairs replaced: RE2 reads UTF-8, which cannot write them."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
