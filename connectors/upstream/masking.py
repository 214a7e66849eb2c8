"""Keep secrets out of everything that is logged, shown or raised."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

MASK = "***"
_SECRET_NAME = re.compile(
    r"secret|token|password|passwd|signature|consumer_key|api[_-]?key|auth|code_verifier|^key$|^sig$",
    re.IGNORECASE,
)
_SECRET_JSON = re.compile(
    rb'("[A-Za-z_\-]*(?:secret|token|password|signature|consumer_key|api_?key)[A-Za-z_\-]*"\s*:\s*")(?:[^"\\]|\\.)*"',
    re.IGNORECASE,
)
_SECRET_FORM = re.compile(
    rb"((?:^|&)[A-Za-z_\-]*(?:secret|token|password|signature|consumer_key|api_?key)[A-Za-z_\-]*=)[^&\s]*",
    re.IGNORECASE,
)
_ATOM = r"[^\s@<>\"'()\[\],;:]"
# From the beginning of a word only: tried anew at every letter, a word of a million would take
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

        Of a text that is no URL nothing is shown: what in it is secret cannot be told.
        """
        try:
            parts = urlsplit(url)
        except ValueError:
            return MASK
        pairs = []
        for pair in parts.query.split("&"):
            name, equals, _ = pair.partition("=")
            hidden = equals and _SECRET_NAME.search(unquote_plus(name))
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
        body = _SECRET_JSON.sub(rb'\g<1>***"', body)
        return _SECRET_FORM.sub(rb"\g<1>***", body)
