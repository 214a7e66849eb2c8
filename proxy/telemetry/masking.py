"""Keeps secrets and buyers' data out of what is written down, and cuts it first. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import Final
from urllib.parse import quote

from connectors.upstream.masking import (
    MASK,
    hide_named,
    hide_secrets,
    is_secret_parameter,
    match_last_word,
)

MOST_TARGET: Final = 200
"""Characters of a request's path and query that are logged."""

MOST_TEXT: Final = 4_000
"""Characters of any other text that are logged."""

MOST_TRACE: Final = 20_000
"""Characters of a traceback that are logged."""

_CUT = "…"
_MOST_PARAMETERS = 20
_LONGEST_NAME = 100
# What stands behind a store's name in the address of ShipStation's webhooks is a secret, and may be
# one in a path that is only almost right.
_SECRET_PATH = re.compile(r"(/shipstation/+[^/\s\"'<>]*/+)[^\s\"'<>]+", re.IGNORECASE)
# What stands at the end of a text that was cut may be half of a secret.
_LONGEST_WORD = 300
_HARMLESS = frozenset(
    {"action", "start_date", "end_date", "page", "order_number", "carrier", "service"}
)
# The user name of ShipStation's login is half a secret.
_HIDDEN = match_last_word("ss-username")
_SECRET_KEY = re.compile(rf"(?:^|[_-]){_HIDDEN}$", re.IGNORECASE)
# Up to the last @ of the host part: a password may hold one.
_USERINFO = re.compile(r"(?<=://)[^/\s\"']*@")
_LOGIN = re.compile(r"\b(basic|bearer)\s+[A-Za-z0-9+/=._~-]{6,}", re.IGNORECASE)
_PARAMETERS = "[parameters: "
_PARAMETERS_END = re.compile(r"\]$", re.MULTILINE)


def mask_target(path: str, query: Iterable[tuple[str, str]]) -> str:
    """A request's path and query as they may be logged, in at most 200 characters: only the values
    that are known to be harmless are shown.
    """
    shown = [
        f"{_quote_cut(name, _LONGEST_NAME)}="
        + (_quote_cut(value, _LONGEST_NAME, "/:") if name.lower() in _HARMLESS else MASK)
        for name, value in islice(query, _MOST_PARAMETERS)
    ]
    target = _SECRET_PATH.sub(rf"\1{MASK}", _quote_cut(path, MOST_TARGET, "/"))
    return _cut_text(hide_secrets(target + ("?" + "&".join(shown) if shown else "")), MOST_TARGET)


def mask_text(text: str, most: int = MOST_TEXT) -> str:
    """At most `most` characters of `text`, without the secrets that URLs, login headers, database
    errors and values called like one carry, and without those that the settings took from
    elsewhere.
    """
    if len(text) > most:
        text = _drop_last_word(hide_secrets(text, most)) + _CUT
    text = _hide_parameters(hide_secrets(text))
    text = _SECRET_PATH.sub(rf"\1{MASK}", text)
    text = _USERINFO.sub(f"{MASK}@", text)
    return hide_named(_LOGIN.sub(rf"\1 {MASK}", text), _names_secret)


def is_secret_name(name: str) -> bool:
    """Whether a value under this name is a secret, going by the name alone."""
    return _SECRET_KEY.search(name[-_LONGEST_NAME:]) is not None


def _names_secret(name: str) -> bool:
    return is_secret_name(name) or is_secret_parameter(name)


def _quote_cut(text: str, most: int, safe: str = "") -> str:
    return quote(hide_secrets(text, most), safe=safe + MASK, errors="replace")


def _cut_text(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + _CUT


def _drop_last_word(text: str) -> str:
    """`text` without the word it was cut in; a word of hundreds of letters goes in part."""
    words, blank, _ = text.rpartition(" ")
    return words if blank and len(text) - len(words) <= _LONGEST_WORD else text[:-_LONGEST_WORD]


def _hide_parameters(text: str) -> str:
    """`text` without the values of an SQL statement, each list of them up to the end of its last
    line; to the end of the text where none is shown.
    """
    kept, place = [], 0
    while (begun := text.find(_PARAMETERS, place)) >= 0:
        ended = _PARAMETERS_END.search(text, begun)
        kept += [text[place:begun], f"{_PARAMETERS}{MASK}]"]
        place = ended.end() if ended else len(text)
    return "".join((*kept, text[place:])) if kept else text
