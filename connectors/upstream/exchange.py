"""What an observer hears of each request to a shop."""

from __future__ import annotations

from collections.abc import Callable

import msgspec


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its answer, as an observer hears of it: secrets masked, `seconds` of wall
    time, `attempt` from 1.

    `status` is None when no answer came; then `error` says why. The bodies are whole here and hold
    buyers' data: an observer shows them to the operator who asked (`portside explain`) and never
    logs them. `step` as in `Request`. Not `sent`: a write that a dry run kept back.
    """

    method: str
    url: str
    status: int | None
    seconds: float
    attempt: int
    error: str = ""
    step: str = ""
    sent: bool = True
    request_body: bytes = b""
    response_body: bytes = b""


Observer = Callable[[Exchange], None]
