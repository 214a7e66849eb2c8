"""From what a shop answered to the error that says what to do next, in one sentence with the shop's
own words.
"""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from msgspec import UNSET

from connectors.errors import (
    AuthenticationError,
    ConnectorError,
    RefusedError,
    ThrottledError,
    TooLargeError,
    UnavailableError,
    UnreadableResponseError,
)
from connectors.quoting import MOST_QUOTED, make_printable
from connectors.reading.formats.answer_format import AnswerFormat
from connectors.reading.markup import MOST_CLEANED, clean_text, shorten
from connectors.reading.tolerant import BOM, find_json_fault, is_truncated
from connectors.upstream.masking import Mask
from connectors.upstream.response import Reply
from connectors.upstream.retry import parse_retry_after

_LONGEST_TITLE = 80
_LONGEST_CODE = 100
# Where in a web page its title is looked for.
_HEAD = 65536
# Those in capitals are ASP.NET's, whose `Message` only says that something went wrong.
_MESSAGE_KEYS = (
    "ExceptionMessage",
    "message",
    "Message",
    "error_description",
    "detail",
    "error",
    "errors",
    "title",
    "reason",
    "description",
    "msg",
)
_CODE_KEYS = ("code", "error", "errorCode", "type")
_DEEPEST = 5
LET_THROUGH = "ask the host to let Portside through"
"""How a message ends whose cause is a page of a firewall in the place of the shop's answer."""
_WALL_HEADERS = ("SG-Captcha", "cf-mitigated", "X-Sucuri-ID", "X-Sucuri-Block")


def explain_refusal(reply: Reply, mask: Mask) -> ConnectorError | None:
    """The error that an answer outside 2xx means; None for a success."""
    status = reply.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    words = read_words(reply, mask)
    said = f"{reply.where}: the shop answered {status} {_name_status(status)}{_quote_words(words)}."
    return _choose_error(reply, mask, said).quoting(words.rstrip("."))


def _choose_error(reply: Reply, mask: Mask, said: str) -> ConnectorError:
    status = reply.status
    wait = parse_retry_after(reply.headers.get("Retry-After"), datetime.now(UTC))
    match status:
        case 401 | 403:
            return AuthenticationError(
                f"{said}{_hint_at_wall(reply)}", status=status, code=read_code(reply, mask)
            )
        case 429:
            return ThrottledError(said, retry_after=wait)
        case 408 | 425:
            return UnavailableError(said, retry_after=wait)
        # 501 comes from firewalls that forbid PUT: no repeat will change that.
        case _ if (
            status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED
        ):
            return UnavailableError(said, retry_after=wait)
        case _:
            return RefusedError(
                f"{said}{_hint_at_wall(reply)}", status=status, code=read_code(reply, mask)
            )


def explain_unusable(reply: Reply, mask: Mask, *, read: bool) -> ConnectorError | None:
    """The error that a 2xx means whose body is not data: a bot wall, a page of a maintenance
    plugin, a body cut short.

    A write whose answer cannot be read may have been carried out. It is treated as temporary,
    because a retry checks the shop before writing again.
    """
    if _is_wall(reply):
        return _explain_wall(reply, mask)
    fault = find_json_fault(reply.content)
    if fault is None or (not read and not reply.content):
        return None
    if is_truncated(reply.content):
        return _explain_cut(reply)
    return _explain_fault(reply, mask, "JSON", fault.rstrip("."), read=read)


def explain_other_format(
    reply: Reply, mask: Mask, answer_format: AnswerFormat, *, read: bool
) -> ConnectorError | None:
    """The same for an answer that was to come in another format than JSON."""
    if _is_wall(reply):
        return _explain_wall(reply, mask)
    fault = reply.fault
    if fault is None:
        is_missing = reply.values is UNSET and read and not answer_format.may_be_empty
        return (
            _explain_fault(reply, mask, answer_format.name, "", read=read) if is_missing else None
        )
    if fault.is_too_large:
        return TooLargeError(f"{reply.where}: the shop's answer has {fault}.")
    if fault.is_cut:
        return _explain_cut(reply)
    return _explain_fault(reply, mask, answer_format.name, str(fault), read=read)


def _explain_wall(reply: Reply, mask: Mask) -> ConnectorError:
    title = _read_title(reply, mask)
    quoted = f", titled “{title}”" if title else ""
    return UnavailableError(
        f"{reply.where}: a web page came in place of data (status"
        f" {reply.status}{quoted}). A bot wall, captcha, firewall or"
        f" maintenance page of the shop's host stands in front of its API; {LET_THROUGH}."
    ).quoting(title)


def _explain_cut(reply: Reply) -> ConnectorError:
    return UnavailableError(
        f"{reply.where}: the shop's answer was cut short after {len(reply.content)} bytes."
    )


def _explain_fault(
    reply: Reply, mask: Mask, expected: str, fault: str, *, read: bool
) -> ConnectorError:
    if not read:
        return UnavailableError(
            f"{reply.where}: the shop's answer to a write is not {expected}, so it is not known"
            " whether it was carried out."
        )
    if not reply.content.strip():
        return UnavailableError(
            f"{reply.where}: the shop's answer ({reply.status}) is empty where data was expected."
        )
    return UnreadableResponseError(
        f"{reply.where}: expected {expected}, found {_describe_body(reply, mask)} ({fault})."
    )


def read_words(reply: Reply, mask: Mask) -> str:
    """What the shop says of an error: cleaned, short, without secrets or e-mail addresses; empty if
    it says nothing readable.
    """
    if reply.values is not UNSET or find_json_fault(reply.content) is None:
        try:
            text = _find_message(reply.json(), _DEEPEST)
        except UnreadableResponseError:
            text = ""
    elif reply.is_html:
        text = _find_title(reply)
    else:
        plain = reply.media_type == "text/plain"
        text = reply.content[:_HEAD].decode("utf-8", "replace") if plain else ""
    return _clean_words(text, mask, MOST_QUOTED)


def read_code(reply: Reply, mask: Mask) -> str:
    """The machine-readable error word of a JSON answer, e.g.

    `woocommerce_rest_cannot_view`; empty if there is none.
    """
    try:
        body = reply.json()
    except UnreadableResponseError:
        return ""
    places = [body, body.get("errors"), body.get("error")] if isinstance(body, dict) else [body]
    for place in places:
        holder = place[0] if isinstance(place, list) and place else place
        if not isinstance(holder, dict):
            continue
        for key in _CODE_KEYS:
            value = holder.get(key)
            if isinstance(value, str) and value and " " not in value:
                return _clean_words(value, mask, _LONGEST_CODE)
    return ""


def _find_message(value: Any, depth: int) -> str:
    """The readable part of an error in any of the shapes shops use: text, a list, a map of lists,
    nested maps.
    """
    if isinstance(value, str):
        return value
    if depth == 0:
        return ""
    if isinstance(value, list):
        return "; ".join(filter(None, (_find_message(item, depth - 1) for item in value[:5])))
    if isinstance(value, dict):
        for key in _MESSAGE_KEYS:
            if key in value and (found := _find_message(value[key], depth - 1)):
                return found
        # A map from field to complaint, as Shopify and Rails send: the field is half of the
        # message. With an id it is a record, perhaps of another order than we asked about.
        is_record = isinstance(value.get("id"), str | int)
        parts = (
            (str(key), _find_message(item, depth - 1))
            for key, item in list(value.items())[:5]
            if depth < _DEEPEST and not is_record
        )
        return "; ".join(f"{key}: {text}" for key, text in parts if text)
    return ""


def _is_wall(reply: Reply) -> bool:
    if any(name in reply.headers for name in _WALL_HEADERS[:2]):
        return True
    return reply.is_html


def _hint_at_wall(reply: Reply) -> str:
    walled = reply.is_html and (
        any(name in reply.headers for name in (*_WALL_HEADERS, "cf-ray"))
        or reply.status in {403, 406, 501}
    )
    return (
        " It is a web page, so a firewall in front of the shop may have refused the request rather"
        f" than the shop; {LET_THROUGH}."
        if walled
        else ""
    )


def _read_title(reply: Reply, mask: Mask) -> str:
    return _clean_words(_find_title(reply), mask, _LONGEST_TITLE)


def _find_title(reply: Reply) -> str:
    """The page's title as it stands; none if it does not end: it could be cut within a secret."""
    text = reply.content[:_HEAD].decode("utf-8", "replace")
    title, ends, _ = text.partition("<title")[2].partition(">")[2].partition("</title")
    return title if ends else ""


def _clean_words(text: str, mask: Mask, limit: int) -> str:
    """`text` as it may be quoted.

    Secrets go before it is cut to `limit`: half of one is known only at the end of the text.
    """
    was_cut = len(text) > MOST_CLEANED
    return shorten(make_printable(mask.text(clean_text(text), was_cut=was_cut)), limit)


def _quote_words(text: str) -> str:
    return f": {text.rstrip('.')}" if text else ""


def _name_status(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "(an unknown status)"


def _describe_body(reply: Reply, mask: Mask) -> str:
    """What kind of body this is, without any of its text, which may hold a buyer's data."""
    kind = _clean_words(reply.media_type, mask, _LONGEST_CODE) or "a body of no stated type"
    start = reply.content.removeprefix(BOM).lstrip()[:1].decode("ascii", "replace")
    return f"{kind} of {len(reply.content)} bytes beginning with {start!r}"
