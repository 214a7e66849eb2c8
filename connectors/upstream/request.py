"""One request to a shop, before anything is sent: a frozen value that an `Auth` signs, and the step
it is part of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Self
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

import msgspec

from connectors.errors import ConnectorError

Pairs = Sequence[tuple[str, str]]
# What RFC 3986 lets stand in a path; `%` too, because a shop may give a path percent-encoded.
PATH_SAFE = "/%:@!$&'()*+,;=-._~"
_step: ContextVar[str] = ContextVar("step", default="")


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """`url` is absolute and percent-encoded exactly as it will be sent. `step` names the step that
    it is part of, as `name (place)`, and `token_number` which token of a `TokenAuth` it was signed
    with; neither is sent.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    step: str = ""
    token_number: int = 0

    def with_header(self, name: str, value: str) -> Self:
        """A copy with this header set; an earlier one of the same name is replaced."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return msgspec.structs.replace(self, headers=(*kept, (name, value)))

    def read_header(self, name: str) -> str:
        """The value of a header by its name in any case; empty if there is none."""
        return next((value for each, value in self.headers if each.lower() == name.lower()), "")

    def with_params(self, *pairs: tuple[str, str]) -> Self:
        """A copy with these query parameters set; earlier ones of the same name are replaced, the
        others stay byte for byte.
        """
        bare = self.without_params(*(name for name, _ in pairs))
        parts = urlsplit(bare.url)
        query = "&".join(filter(None, (parts.query, encode_params(pairs))))
        return msgspec.structs.replace(bare, url=urlunsplit(parts._replace(query=query)))

    def without_params(self, *names: str) -> Self:
        """A copy without the query parameters of these names; the others stay byte for byte."""
        if not names:
            return self
        parts = urlsplit(self.url)
        kept = [
            raw
            for raw in parts.query.split("&")
            if raw and unquote_plus(raw.partition("=")[0]) not in names
        ]
        return msgspec.structs.replace(self, url=urlunsplit(parts._replace(query="&".join(kept))))


def encode_params(pairs: Iterable[tuple[str, str]]) -> str:
    """Name and value pairs as a query string; everything but letters, digits and `-._~` is
    percent-encoded, a blank as %20.
    """
    return "&".join(f"{encode_text(name)}={encode_text(value)}" for name, value in pairs)


@lru_cache(1024)
def encode_text(text: str) -> str:
    """`text` with everything but letters, digits and `-._~` percent-encoded (RFC 3986, 2.3).

    Remembered: a hundred names of parameters come again with each request.
    """
    return quote(text, safe="")


def encode_segment(value: str) -> str:
    """One path segment out of any text, such as an order id that came from outside: it can never
    climb or split the path.
    """
    return (
        quote(value, safe="").replace(".", "%2E")
        if value.strip(".") == ""
        else quote(value, safe="")
    )


@contextmanager
def name_step(name: str, place: str = "") -> Iterator[None]:
    """Mark the requests made inside as a step of this name, and put the name before every
    `ConnectorError` that leaves.

    `place` is where the settings describe the step, e.g. `settings.yaml:41`; empty if nowhere.
    """
    step = f"{name} ({place})" if place else name
    before = _step.set(step)
    try:
        yield
    except ConnectorError as error:
        error.args = (f"Step {step}: {error}",)
        raise
    finally:
        _step.reset(before)


def read_step() -> str:
    """The step that is being carried out, as `name (place)`; empty outside of any."""
    return _step.get()
