"""Keeps secrets and buyers' data out of what is written down. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from connectors.upstream.masking import MASK, match_last_word

_HARMLESS = frozenset(
    {"action", "start_date", "end_date", "page", "order_number", "carrier", "service"}
)
# The user name of ShipStation's login is half a secret.
_HIDDEN = match_last_word("ss-username")
_SECRET_KEY = re.compile(rf"(?:^|[_-]){_HIDDEN}$", re.IGNORECASE)
_QUERY = re.compile(rf"([?&;](?:[\w.-]*[_-])?{_HIDDEN}=)[^&\s\"'<>]*", re.IGNORECASE)
_USERINFO = re.compile(r"(\b[a-z][a-z0-9+.-]{0,30}://)[^/\s@\"']+@", re.IGNORECASE)
_LOGIN = re.compile(r"\b(basic|bearer)\s+[A-Za-z0-9+/=._~-]{6,}", re.IGNORECASE)
_PARAMETERS = re.compile(r"\[parameters: .*?\]$", re.MULTILINE | re.DOTALL)


def mask_target(path: str, query: Iterable[tuple[str, str]]) -> str:
    """A request's path and query as they may be logged: only the values that are known to be
    harmless are shown.
    """
    shown = [
        f"{quote(name)}={quote(value, safe='/:') if name.lower() in _HARMLESS else MASK}"
        for name, value in query
    ]
    return quote(path, safe="/") + ("?" + "&".join(shown) if shown else "")


def mask_text(text: str) -> str:
    """`text` without the secrets that URLs, login headers and database errors carry."""
    text = _QUERY.sub(rf"\1{MASK}", text)
    text = _USERINFO.sub(rf"\1{MASK}@", text)
    text = _LOGIN.sub(rf"\1 {MASK}", text)
    return _PARAMETERS.sub(f"[parameters: {MASK}]", text)


def is_secret_name(name: str) -> bool:
    """Whether a value under this name is a secret, going by the name alone."""
    return _SECRET_KEY.search(name) is not None
