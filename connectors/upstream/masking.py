"""Keep secrets out of everything that is logged, shown or raised."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Final
from urllib.parse import quote, quote_plus, unquote_plus, urlsplit, urlunsplit

from connectors.upstream.request import PATH_SAFE

MASK = "***"
MOST_URL: Final = 8_000
"""Characters an address may have that a request goes to; no shop's is longer."""

_MOST_TEXT = 20_000
# Where half a secret is looked for at the end of a text.
_MOST_PLACES = 50
_LONGEST_NAME = 200
_ELLIPSIS = "…"

SECRET_WORDS = (
    "secret",
    "token",
    "password",
    "passwd",
    "signature",
    "credential",
    "cookie",
    "consumer_key",
    "api[_-]?key",
    "code_verifier",
    "oauth",
    "(?<![a-z])auth(?![a-z])",
)
"""What makes a name the name of a secret wherever it stands in it, as regular expressions."""

SHORT_SECRET_WORDS = ("authorization", "key", "pwd", "sig")
"""The same for words that say so only as the last word of a name, as in `license_key`: `key_date`
and `monkey` are not secret.
"""


def match_last_word(*more: str) -> str:
    """The regular expression of a secret's name by its last word, for use behind what may stand
    before that word; `more` are words that only the caller knows.
    """
    return rf"(?:{'|'.join((*SECRET_WORDS, *SHORT_SECRET_WORDS, *more))})s?"


_ANYWHERE = "|".join(SECRET_WORDS)
_NAME = re.compile(rf"{_ANYWHERE}|(?:^|[_-]){match_last_word()}$", re.IGNORECASE)
# Bounded, so that no body can make the search take quadratic time.
_NAME_IN_BODY = rf"[A-Za-z_\-]{{0,60}}(?:{_ANYWHERE})[A-Za-z_\-]{{0,60}}"
_JSON = re.compile(rf'("{_NAME_IN_BODY}"\s*:\s*")(?:[^"\\]|\\.)*"'.encode(), re.IGNORECASE)
_FORM = re.compile(rf"((?:^|&){_NAME_IN_BODY}=)[^&\s]*".encode(), re.IGNORECASE)
_ATOM = r"[^\s@<>\"'()\[\],;:]"
# From the beginning of a word only: tried again at every letter, a word of a million would take
# hours.
_EMAIL = re.compile(rf"(?<!{_ATOM}){_ATOM}+@{_ATOM}+")
# Shorter "secrets" would mask innocent text, e.g. every digit 1.
_SHORTEST = 4
# What the parts of a URL leave as it is: values sent, paths and values logged, paths sent.
_LEFT_ALONE = ("", "/", "/:", PATH_SAFE)
# In clear text: a name from its beginning only, and what parts it from its value. A colon does so
# behind a quoted name; behind a bare one also before what no word of a sentence looks like.
_SCHEME = r"(?:(?i:basic|bearer)\s{1,3})?"
_NAMED = re.compile(
    r"""(?<![\w.%\[\]-])(?P<name>[\w.%\[\]-]+)"""
    r"""(?:["']?\s?=\s?|["']\s{0,3}:\s{0,3}"""
    rf"""|:\s?(?={_SCHEME}[^\s\d&"'<>]{{0,80}}\d[^\s&"'<>]{{11}}))"""
)
_VALUE = re.compile(rf"""(["'])(?:(?!\1)[^\\\n]|\\.)*|{_SCHEME}[^&\s"'<>]*""")
# Answers that hand out new secrets are small; a page of orders is not searched for them.
_LARGEST_LOGIN = 65536
# Between tags or in an attribute of XML, and a long word anywhere.
_TEXT = re.compile(rb"""([>="'])[^\s<>="']{4,}(?=[<"'])""")
_WORD = re.compile(rb"""[^\s<>="']{12,}""")


class _Known:
    """The secrets that the settings name, and all forms in which they may be met."""

    forms: ClassVar[tuple[str, ...]] = ()


def remember_secrets(texts: Iterable[str]) -> None:
    """From now on hide these texts wherever anything is masked; those of an earlier call are
    forgotten.

    Called with what the settings took from the environment and from files, whatever the keys are
    called.
    """
    _Known.forms = _list_forms(texts)


def add_secrets(texts: Iterable[str]) -> None:
    """Hide these texts too, beside those that are hidden already."""
    _Known.forms = tuple(sorted({*_Known.forms, *_list_forms(texts)}, key=_sort_by_length))


def hide_secrets(text: str, most: int | None = None) -> str:
    """`text`, or as many characters of it as `most` says, without the secrets that
    `remember_secrets` was given, and without the half of one in which it may have been cut: here,
    or before, where it ends in an ellipsis.
    """
    if most is not None and len(text) > most:
        return _hide_begun(_hide_forms(text[:most], _Known.forms), _Known.forms)
    hidden = _hide_forms(text, _Known.forms)
    if not hidden.endswith(_ELLIPSIS):
        return hidden
    return _hide_begun(hidden.removesuffix(_ELLIPSIS), _Known.forms) + _ELLIPSIS


def _list_forms(secrets: Iterable[str]) -> tuple[str, ...]:
    """The secrets as they are, and as URLs and JSON write them; the longest first, so that none is
    hidden in part.
    """
    known = {
        form
        for secret in secrets
        if len(secret) >= _SHORTEST
        for form in (
            secret,
            *(quote(secret, safe=safe, errors="replace") for safe in _LEFT_ALONE),
            quote_plus(secret, errors="replace"),
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
        )
    }
    return tuple(sorted(known, key=_sort_by_length))


def _hide_forms(text: str, forms: Sequence[str]) -> str:
    # A hundred stores have hundreds of secrets, and most of what is shown is shorter than they are.
    if not forms or len(text) < len(forms[-1]):
        return text
    for form in forms[bisect_left(forms, -len(text), key=_sort_by_length) :]:
        text = text.replace(form, MASK)
    return text


def _sort_by_length(form: str) -> int:
    """The key of forms in their order, the longest first."""
    return -len(form)


def hide_named(text: str, is_secret: Callable[[str], bool]) -> str:
    """`text`, such as a sentence, without the values whose names say that they are secret:
    `api_key=abc`, `"token": "abc"`.
    """
    kept, place = [], 0
    for named in _NAMED.finditer(text):
        if named.start() < place or not is_secret(unquote_plus(named["name"][-_LONGEST_NAME:])):
            continue
        value = _VALUE.match(text, named.end())
        if value is not None and value[0] not in {"", MASK}:
            kept += [text[place : named.end()], value[1] or "", MASK]
            place = value.end()
    return "".join((*kept, text[place:])) if kept else text


def _hide_begun(text: str, forms: Iterable[str]) -> str:
    """A text that was cut, without the half of a secret that it may end in."""
    for form in forms:
        start = max(0, len(text) - len(form))
        for _ in range(_MOST_PLACES):
            start = text.find(form[:_SHORTEST], start)
            if start < 0:
                break
            if form.startswith(text[start:]):
                return text[:start] + MASK
            start += 1
    return text


class Mask:
    """Hides a given set of secrets, those of the settings, and whatever is called like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms = tuple(sorted({*_list_forms(secrets), *_Known.forms}, key=_sort_by_length))

    def text(self, text: str, *, was_cut: bool = False) -> str:
        """`text` without the secrets, what is called like one, and e-mail addresses, which a shop's
        error message may quote; of a text over 20,000 characters the beginning.

        `was_cut` says that it may end in half a secret.
        """
        shown = _hide_forms(text[:_MOST_TEXT], self._forms)
        if was_cut or len(text) > _MOST_TEXT:
            shown = _hide_begun(shown, self._forms)
        return _EMAIL.sub(MASK, hide_named(shown, is_secret_parameter))

    def url(self, url: str) -> str:
        """`url` with the values of credential-like parameters hidden, and any user name and
        password in its host part dropped; of one over 8,000 characters the beginning.

        Nothing is shown of a text that is not a URL: no part of it is known to be harmless.
        """
        try:
            parts = urlsplit(url[:MOST_URL])
        except ValueError:
            return MASK
        pairs = []
        for pair in parts.query.split("&"):
            name, equals, _ = pair.partition("=")
            hidden = equals and is_secret_parameter(unquote_plus(name))
            pairs.append(f"{name}={MASK}" if hidden else pair)
        bare = urlunsplit(
            parts._replace(netloc=parts.netloc.rpartition("@")[2], query="&".join(pairs))
        )
        shown = _hide_forms(bare, self._forms)
        return _hide_begun(shown, self._forms) if len(url) > MOST_URL else shown

    def body(self, body: bytes) -> bytes:
        """`body` with the secrets, and the values of JSON keys or form fields called like one,
        hidden.
        """
        for form in self._forms:
            body = body.replace(form.encode("utf-8", "surrogatepass"), MASK.encode())
        if len(body) > _LARGEST_LOGIN:
            return body
        body = _JSON.sub(rb'\g<1>%b"' % MASK.encode(), body)
        return _FORM.sub(rb"\g<1>%b" % MASK.encode(), body)

    def login_answer(self, body: bytes) -> bytes:
        """The answer to a login with nothing in it that may be a token, which we know only once the
        answer is read: of JSON the names, the numbers and what holds a blank, as a sentence does.
        """
        if len(body) > _LARGEST_LOGIN:
            return MASK.encode()
        try:
            return self.body(json.dumps(_hide_words(json.loads(body)), ensure_ascii=False).encode())
        except (ValueError, RecursionError):
            shown = _WORD.sub(MASK.encode(), _TEXT.sub(rb"\g<1>%b" % MASK.encode(), body))
            return self.body(shown)


def _hide_words(value: object) -> object:
    """JSON without texts that are a single word."""
    match value:
        case dict():
            return {name: _hide_words(inner) for name, inner in value.items()}
        case list():
            return [_hide_words(inner) for inner in value]
        case str() if len(value) >= _SHORTEST and " " not in value:
            return MASK
    return value


def is_secret_parameter(name: str) -> bool:
    """Whether a parameter of this name holds a secret, going by the name alone."""
    return _NAME.search(name[-_LONGEST_NAME:]) is not None
