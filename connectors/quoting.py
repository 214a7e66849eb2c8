"""What may be quoted of a stranger's text, and where: the one place that decides.

* A log repeats no words of a shop and no value found: it tells kind and length, status, code, path.
* The database, the operator's commands and the answer to a client that proved its login hold the
  shop's sentence or the value, at most 200 printable characters of it.
* Beside each attempt at a delivery, until its buyer is forgotten, the operator finds up to 1,000
  printable characters of a body that was written or that failed, masked; of an answer's addresses
  and notes nothing, for they may be another order's.
* A record in a shop's error is no complaint, and nothing of it is quoted.

Pure.
"""

from __future__ import annotations

import re
from typing import Final

from connectors.errors import ConnectorError

MOST_QUOTED: Final = 200
"""Characters of a stranger's text that are quoted where quoting is right at all."""

_MOST_CAUSES = 10
_LONGEST_PATH = 120
# C0, DEL and C1 move a terminal's cursor and rename its window; the others turn text around or
# hide in it.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_PATH = re.compile(r"[A-Za-z_$][\w.\[\]$/-]*")


def make_printable(text: str, *, keep_lines: bool = False) -> str:
    r"""`text` with control characters shown as `\x1b` and bidirectional ones as `\u202e`.

    `keep_lines` leaves line feeds and tabs as they are.
    """
    if text.isprintable():
        return text
    return _UNPRINTABLE.sub(
        lambda found: found[0] if keep_lines and found[0] in "\n\t" else _escape(found[0]), text
    )


def make_json_printable(text: str) -> str:
    r"""JSON with the same characters written as JSON writes them: `\u009b`."""
    if text.isprintable():
        return text
    return _UNPRINTABLE.sub(
        lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", text
    )


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 - two digits


def describe_error(error: BaseException) -> str:
    """An error's sentence as a log may hold it: without the shop's own words and without the value
    that was found.
    """
    sentence = str(error)
    if isinstance(error, ConnectorError):
        cause: BaseException | None = error
        for _ in range(_MOST_CAUSES):
            if isinstance(cause, ConnectorError) and cause.words:
                sentence = sentence.replace(cause.words, tell_length(cause.words))
            cause = cause.__cause__ if cause is not None else None
        return sentence
    return hide_found(sentence)


def hide_found(sentence: str) -> str:
    """A sentence such as `price: expected money, found 'abc'` without what was found."""
    told, found, value = sentence.partition(", found ")
    return f"{told}, found {tell_length(value)}" if found else sentence


def hide_end(text: str, quoted: str) -> str:
    """`text` as a log may hold it, where it ends with words that are `quoted`."""
    if not quoted:
        return text
    ours = text.removesuffix(quoted)
    return tell_length(text) if ours == text else f"{ours}{tell_length(quoted)}"


def describe_reason(reason: str) -> str:
    """The reason for which an order is held, as a log may hold it: the path, and how long the rest
    is.
    """
    path, colon, rest = reason[:_LONGEST_PATH].partition(": ")
    if not colon or _PATH.fullmatch(path) is None:
        return tell_length(reason)
    return f"{path}: {tell_length(reason[len(path) + len(colon) :])}" if rest else path


def count_things(number: int, thing: str) -> str:
    """`1 order`, `2 orders`: a number with its noun, whose plural takes an s."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def tell_length(text: str) -> str:
    """What stands in the place of a text that may not be quoted."""
    return f"({len(text)} characters)"
