"""Keep secrets out of everything that is logged, shown or raised."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

MASK = "***"

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
# Answers that hand out new secrets are small; a page of orders is not searched for them.
_LARGEST_LOGIN = 65536


class Mask:
    """Hides a given set of secrets, and whatever is called like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {
            form
            for secret in secrets
            if len(secret) >= _SHORTEST
            for form in (secret, quote(secret, safe=""))
        }
        self._secrets = sorted(known, key=len, reverse=True)

    def text(self, text: str) -> str:
        """`text` without the secrets and without e-mail addresses, which a shop's error message may
        quote.
        """
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return _EMAIL.sub(MASK, text)

    def url(self, url: str) -> str:
        """`url` with the values of credential-like parameters hidden, and any user name and
        password in its host part dropped.

        Nothing is shown of a text that is not a URL: no part of it is known to be harmless.
        """
        try:
            parts = urlsplit(url)
        except ValueError:
            return MASK
        pairs = []
        for pair in parts.query.split("&"):
            name, equals, _ = pair.partition("=")
            hidden = equals and _NAME.search(unquote_plus(name))
            pairs.append(f"{name}={MASK}" if hidden else pair)
        bare = urlunsplit(
            parts._replace(netloc=parts.netloc.rpartition("@")[2], query="&".join(pairs))
        )
        for secret in self._secrets:
            bare = bare.replace(secret, MASK)
        return bare

    def body(self, body: bytes) -> bytes:
        """`body` with the secrets, and the values of JSON keys or form fields called like one,
        hidden.
        """
        for secret in self._secrets:
            body = body.replace(secret.encode(), MASK.encode())
        if len(body) > _LARGEST_LOGIN:
            return body
        body = _JSON.sub(rb'\g<1>%b"' % MASK.encode(), body)
        return _FORM.sub(rb"\g<1>%b" % MASK.encode(), body)
