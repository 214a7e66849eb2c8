"""What an observer hears of each request to a shop."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import msgspec

from connectors.upstream.masking import Mask


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its answer, as an observer hears of it: secrets masked, `seconds` of wall
    time, `attempt` from 1. `clock_offset`: the shop's clock less ours in seconds, by this answer;
    None where it does not tell. `is_login`: its answer holds a token.

    `status` is None when no answer came; then `error` says why. `step` as in `Request`. It `writes`
    if it may change something in the shop; not `sent`: a write that a dry run kept back.

    The bodies hold buyers' data: an observer shows them to the operator who asked (`portside
    explain`) and never logs them. They are masked when they are looked at: most observers do not,
    and a large body takes long.
    """

    method: str
    url: str
    status: int | None
    seconds: float
    attempt: int
    error: str = ""
    step: str = ""
    writes: bool = False
    sent: bool = True
    clock_offset: float | None = None
    is_login: bool = False
    mask: Mask = Mask()
    bare_request: bytes = b""
    bare_response: bytes = b""

    @property
    def request_body(self) -> bytes:
        """The whole body that was sent, secrets masked."""
        return self.mask.body(self.bare_request)

    @property
    def response_body(self) -> bytes:
        """The whole body of the answer, secrets masked; empty if none came."""
        hide = self.mask.login_answer if self.is_login else self.mask.body
        return hide(self.bare_response)

    def __repr__(self) -> str:
        return f"Exchange({self.method} {self.url}, status={self.status}, attempt={self.attempt})"

    @property
    def failed(self) -> bool:
        """Whether no answer came, or one that says that the shop did not do it."""
        return self.status is None or self.status >= HTTPStatus.BAD_REQUEST


Observer = Callable[[Exchange], None]
