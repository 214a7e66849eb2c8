"""What msgspec says of JSON that has another shape than declared, in plain words: where, what was
expected, what was found.

No I/O.
"""

from __future__ import annotations

import re
from types import MappingProxyType

import msgspec

from connectors.reading.fields import FieldError

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""Everything that decoding a stranger's bytes with msgspec may raise."""

_KINDS = MappingProxyType(
    {
        "str": "text",
        "int": "a whole number",
        "float": "a number",
        "decimal": "a number",
        "datetime": "a time",
        "bool": "yes or no",
        "null": "nothing",
        "array": "a list",
        "object": "an object",
    }
)
# Beginnings of sentences that name no type, and what was expected and found then.
_SENTENCES = MappingProxyType(
    {
        "Invalid decimal": ("money or a number", "something else"),
        "Invalid RFC3339": ("a time such as 2026-01-31T12:00:00-05:00", "something else"),
        "JSON is malformed": ("JSON", "something else"),
        "Input data was truncated": ("whole JSON", "its beginning"),
    }
)
_TYPES = re.compile(r"`([^`]*)`")
_MISSING = re.compile(r"Object missing required field `([^`]*)`")


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """`path` leads to the value, e.g. `line_items[0].name`; empty for the document as a whole.

    `expected` and `found` are plain words. `wording` is the decoder's own sentence, without the
    path and with a small first letter; it calls types as JSON does: "expected `int`, got `str`".
    """

    path: str = ""
    expected: str
    found: str
    wording: str

    def to_error(self, whole: str) -> FieldError:
        """The same as the error of a field; `whole` names the document where there is no path."""
        return FieldError(self.path or whole, self.expected, None, shown=self.found)

    @property
    def place(self) -> str:
        """The path as JSONPath writes it: `$.line_items[0].name`; `$` is the document."""
        dot = "." if self.path and not self.path.startswith("[") else ""
        return f"${dot}{self.path}"

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        return f"{place}expected {self.expected}, found {self.found}"


def read_complaint(error: Exception) -> Complaint:
    """The complaint that an error of `UNDECODABLE` makes."""
    if isinstance(error, UnicodeDecodeError):
        return Complaint(expected="text in UTF-8", found="other bytes", wording="not UTF-8")
    if isinstance(error, RecursionError):
        return Complaint(
            expected="JSON of a reasonable depth", found="a deeper one", wording="nested too deep"
        )
    sentence, has_place, place = str(error).rpartition(" - at `")
    if not has_place:
        sentence, place = place, ""
    path = place.rpartition("$")[2].removesuffix("`").removeprefix(".")
    if missing := _MISSING.fullmatch(sentence):
        path = f"{path}.{missing[1]}" if path else missing[1]
        expected, found = "a value", "none"
    else:
        expected, found = _explain(sentence)
    wording = sentence[:1].lower() + sentence[1:]
    return Complaint(path=path, expected=expected, found=found, wording=wording)


def _explain(sentence: str) -> tuple[str, str]:
    """What was expected and what was found, by a sentence without its path."""
    expected, _, found = sentence.partition(", got ")
    if expected.startswith("Expected "):
        return _translate(expected.removeprefix("Expected ")), _translate(found or "something else")
    for beginning, (wanted, other) in _SENTENCES.items():
        if sentence.startswith(beginning):
            _, colon, detail = sentence.partition(": ")
            return wanted, f"{other} ({detail})" if colon else other
    return "a valid value", f"an invalid one ({sentence})" if sentence else "an invalid one"


def _translate(sentence: str) -> str:
    """The types between backticks, in words; what may be text or a number is just that."""
    return _TYPES.sub(lambda types: _name_types(types[1]), sentence)


def _name_types(types: str) -> str:
    named = set(types.split(" | "))
    if {"str", "int"} <= named:
        return "text or a number"
    return " or ".join(_KINDS.get(kind, kind) for kind in sorted(named))
