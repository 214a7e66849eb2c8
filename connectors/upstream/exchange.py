"""What an observer hears of each request to a shop."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import msgspec


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its answer, as an observer hears of it: secrets masked, `seconds` of wall
    time, `attempt` from 1. `clock_offset`: the shop's clock less ours in seconds, by this answer;
    None where it does not tell.

    `status` is None when no answer came; then `error` says why. The bodies are whole here and hold
    buyers' data: an observer shows them to the operator who asked (`portside explain`) and never
    logs them. `step` as in `Request`. It `writes` if it may change something in the
    shop; not `sent`: a write that a dry run kept back.
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
    request_body: bytes = b""
    response_body: bytes = b""

    @property
    def failed(self) -> bool:
        """Whether no answer came, or one that says that the shop did not do it."""
        return self.status is None or self.status >= HTTPStatus.BAD_REQUEST


Observer = Callable[[Exchange], None]
