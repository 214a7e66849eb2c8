"""Who is asking: the credentials of a request in every place a client puts them, and their
comparison in constant time.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable
from itertools import islice, product

import msgspec

from proxy.doors.custom_store.parameters import Pairs, Parameters

# What a 401 must carry, or some clients never send the password (RFC 7235).
CHALLENGE = 'Basic realm="Portside", charset="UTF-8"'
USERNAME, PASSWORD, KEY = "SS-UserName", "SS-Password", "auth_key"
# The parameters whose values must never be written down, lower case.
SECRET_PARAMETERS = frozenset({PASSWORD.lower(), KEY})
# No client sends more; a stranger may try.
_MOST = 16


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """A user name and a password.

    `username` None means a bare key (`auth_key`), which stands by itself.
    """

    username: str | None = None
    password: str

    def __repr__(self) -> str:
        return f"Credentials(username={self.username!r}, password='***')"


def parse_credentials(headers: Pairs, query: Pairs) -> tuple[Credentials, ...]:
    """Every credential that the request offers, at most sixteen; to offer none is not an error
    here.

    Read are the Basic header, `SS-UserName` with `SS-Password` in headers or query, and `auth_key`
    in either, names in any case. ShipStation is seen to send header and query together, and servers
    on the way may drop the header, so one right credential among them is enough.
    """
    sources = (Parameters(headers), Parameters(query))
    return tuple(islice(_offered(sources), _MOST))


def _offered(sources: tuple[Parameters, Parameters]) -> Iterable[Credentials]:
    headers, _ = sources
    for value in headers.all("Authorization"):
        yield from _basic(value)
    for source in sources:
        for username, password in product(source.all(USERNAME), source.all(PASSWORD)):
            yield Credentials(username=username, password=password)
        for key in source.all(KEY):
            yield Credentials(password=key)


def _basic(header: str) -> Iterable[Credentials]:
    """The pair in a Basic header, read as UTF-8 and, for old clients, as Latin-1.

    A header of another kind offers nothing.
    """
    scheme, _, encoded = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return
    try:
        raw = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return
    for text in dict.fromkeys((raw.decode("utf-8", "replace"), raw.decode("latin-1"))):
        username, colon, password = text.partition(":")
        if colon:
            yield Credentials(username=username, password=password)


def credentials_match(offered: Iterable[Credentials], valid: Iterable[Credentials]) -> bool:
    """Whether any offered credential is a valid one.

    A store may have several valid ones while a password is being changed.

    Every offer is compared with every valid credential, user name and password both, so that the
    time taken tells nothing. A bare key matches only a valid bare key, never a password. A valid
    credential with an empty password matches nothing.
    """
    accepted = tuple(valid)
    found = False
    for offer in offered:
        for known in accepted:
            found |= _same(offer, known)
    return found


def _same(offer: Credentials, known: Credentials) -> bool:
    password = hmac.compare_digest(_bytes(offer.password), _bytes(known.password))
    username = hmac.compare_digest(_bytes(offer.username or ""), _bytes(known.username or ""))
    same_kind = (known.username is None) | (offer.username is not None)
    return password & username & same_kind & bool(known.password)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
