"""One shop's HTTP: rate limit, breaker, attempts, and errors that are already ours.

Only this module makes requests to a shop.
"""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib import metadata
from typing import Any, Final, Self

import msgspec
import structlog

from connectors.errors import ConnectorError, UnsentError
from connectors.reading.formats.answer_format import AnswerFormat
from connectors.upstream.addresses import Target
from connectors.upstream.auth.auth import Auth
from connectors.upstream.breaker import Breaker
from connectors.upstream.call import Call, Caller, Judge, Review
from connectors.upstream.exchange import Observer
from connectors.upstream.pace import Pace
from connectors.upstream.policy import UpstreamPolicy
from connectors.upstream.request import Pairs, Request, read_step
from connectors.upstream.response import Reply
from connectors.upstream.retry import Harm, RetryPolicy, make_attempts
from connectors.upstream.round_trip import Line, name_call
from connectors.upstream.transport.wire import open_wire

# A Decimal is written as a number; a caller that wants text passes text.
_ENCODER = msgspec.json.Encoder(decimal_format="number")
JSON: Final = "application/json"
"""The media type of bodies and answers where nothing else is said."""
_log = structlog.get_logger("portside.upstream")


class Upstream:
    """Make one with `Upstream.open`. Everything it raises is a `ConnectorError`.

    401 and 403 become `AuthenticationError`, 429 `ThrottledError`, any other 4xx `RefusedError`;
    5xx, a lost connection, a time-out, a body cut short and a web page in place of data become
    `UnavailableError`; a body that is not JSON `UnreadableResponseError`.
    """

    def __init__(
        self,
        line: Line,
        target: Target,
        *,
        auth: Auth,
        policy: UpstreamPolicy,
        headers: Mapping[str, str],
        judge: Judge | None,
        review: Review | None,
    ) -> None:
        self._line = line
        # What had to be mended in the shop's answers so far, in short phrases.
        self.mended: Collection[str] = line.mended
        self._is_dry_run = policy.dry_run
        self._caller = Caller(
            line=line,
            target=target,
            auth=auth,
            headers=tuple(headers.items()),
            breaker=Breaker(trip_after=policy.trip_after, rest=policy.rest, watch=policy.watch),
            patience=policy.patience,
            follows=policy.follow_redirects,
            judge=judge,
            review=review,
        )
        self._retry = RetryPolicy(
            attempts=policy.attempts, backoff=policy.backoff, patience=policy.patience
        )

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        base_url: str,
        *,
        auth: Auth,
        policy: UpstreamPolicy,
        observer: Observer | None = None,
        headers: Mapping[str, str] | None = None,
        allowed_hosts: Sequence[str] = (),
        judge: Judge | None = None,
        review: Review | None = None,
    ) -> AsyncIterator[Self]:
        """Connections to the shop at `base_url`, closed on leaving; no request is made yet.

        `allowed_hosts` may be asked besides the shop's own, each as `host` or `host:port`. `judge`
        is given every 2xx that is data and raises for shops that refuse under 200. `review` is
        given every other answer with the error it means by its status, and gives the error it means
        for this shop, or None to have the answer returned as it is. `headers` go into every
        request.
        """
        fixed = {
            "User-Agent": policy.user_agent or f"Portside/{metadata.version('portside')}",
            "Accept": JSON,
            "Cache-Control": "no-cache",
        }
        async with open_wire(policy.concurrency, policy.proxy) as wire:
            pace = Pace(policy.rate, policy.concurrency, burst=policy.burst)
            line = Line(
                wire=wire,
                pace=pace,
                timeout=policy.timeout,
                largest_answer=policy.largest_answer,
                observer=observer,
            )
            yield cls(
                line,
                Target(base_url, allowed_hosts),
                auth=auth,
                policy=policy,
                headers={**fixed, **(headers or {})},
                judge=judge,
                review=review,
            )

    @property
    def clock_offset(self) -> float | None:
        """The shop's clock less ours in seconds, to a second or so, by its last answer that was
        dated; None before one was.
        """
        return self._line.clock.offset

    def with_judges(self, judge: Judge | None, review: Review | None) -> Upstream:
        """The same shop and credentials, its answers understood in another way, and read by
        `Reply.json`.
        """
        twin = copy.copy(self)
        twin._caller = msgspec.structs.replace(  # noqa: SLF001 - the same class
            self._caller, judge=judge, review=review, wants_values=True
        )
        return twin

    def for_parts(self) -> Upstream:
        """The same shop, asked for what belongs to single orders: their failures do not count
        towards leaving the shop alone. `isolation` decides whose fault they are.
        """
        twin = copy.copy(self)
        twin._caller = msgspec.structs.replace(self._caller, for_parts=True)  # noqa: SLF001 - the same class
        return twin

    def once(self) -> Upstream:
        """The same shop, asked without repeats: for a question that is put only to see whether it
        is answered.
        """
        twin = copy.copy(self)
        twin._retry = msgspec.structs.replace(self._retry, attempts=1)  # noqa: SLF001 - the same class
        return twin

    async def get(
        self,
        path: str,
        params: Pairs = (),
        *,
        headers: Mapping[str, str] | None = None,
        data: bool = True,
        rows: bool = False,
        answer_format: AnswerFormat | None = None,
    ) -> Reply:
        """A read: repeated after a failure, follows redirects to the same host.

        `data=False` accepts an answer that is not JSON, `answer_format` one in another format,
        which is then decoded. `rows`: of a list of orders of which one breaks the JSON, that one is
        replaced by a row with `connectors.reading.rows.MARK`.

        `path` is relative to the base URL, or an absolute URL on an allowed host; it may carry a
        query of its own, which is kept as it is.
        """
        return await self._run(
            Call(
                request=self._request("GET", path, params, headers),
                harm=Harm.NONE,
                data=data,
                rows=rows,
                format=answer_format,
            )
        )

    async def query(
        self,
        path: str,
        json: Any,
        params: Pairs = (),
        *,
        method: str = "POST",
        content: bytes | None = None,
        content_type: str = JSON,
        headers: Mapping[str, str] | None = None,
        rows: bool = False,
        answer_format: AnswerFormat | None = None,
    ) -> Reply:
        """A read with a body (search APIs, GraphQL, SOAP): repeated like `get`.

        The body is `content` of `content_type`, or else `json`.
        """
        body = _ENCODER.encode(json) if content is None else content
        request = self._request(method, path, params, headers, body=body, content_type=content_type)
        return await self._run(
            Call(request=request, harm=Harm.NONE, data=True, rows=rows, format=answer_format)
        )

    async def write(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | None = None,
        content_type: str | None = None,
        params: Pairs = (),
        headers: Mapping[str, str] | None = None,
        answer_format: AnswerFormat | None = None,
    ) -> Reply:
        """A change in the shop: never redirected; sent again only if it did not get there or was
        throttled (429).

        A body is `json`, or `content` of `content_type`. The answer may be empty. After an
        `UnavailableError` with `reached` the change may have been made. Raises `UnsentError` in a
        dry run.
        """
        body = content if content is not None else b"" if json is None else _ENCODER.encode(json)
        kind = content_type or (JSON if json is not None else None)
        request = self._request(method, path, params, headers, body=body, content_type=kind)
        if self._is_dry_run:
            self._line.show_unsent(request, self._caller.auth)
            call = name_call(request, self._caller.mask)
            raise UnsentError(f"{call}: not sent, because this is a dry run.")
        return await self._run(
            Call(request=request, harm=Harm.TWICE, data=content is None, format=answer_format)
        )

    def _request(
        self,
        method: str,
        path: str,
        params: Pairs,
        headers: Mapping[str, str] | None,
        *,
        body: bytes = b"",
        content_type: str | None = None,
    ) -> Request:
        request = Request(
            method=method,
            url=self._caller.target.url(path, params),
            headers=self._caller.headers,
            body=body,
            step=read_step(),
        )
        if content_type:
            request = request.with_header("Content-Type", content_type)
        for name, value in (headers or {}).items():
            request = request.with_header(name, value)
        return request

    async def _run(self, call: Call) -> Reply:
        """All attempts of one call."""
        if call.format is not None and ("Accept", JSON) in call.request.headers:
            request = call.request.with_header("Accept", call.format.accepts)
            call = msgspec.structs.replace(call, request=request)
        number = 0
        try:
            async for attempt in make_attempts(
                self._retry,
                call.harm,
                before_pause=lambda *told: self._tell_repeat(call.request, *told),
            ):
                with attempt:
                    number = attempt.retry_state.attempt_number
                    return await self._caller.attempt(call, number)
        except ConnectorError as error:
            self._tell_failure(call.request, error, number)
            raise
        raise AssertionError("the loop of attempts ends by a return or an error")

    def _tell_repeat(
        self, request: Request, error: BaseException, number: int, wait: float
    ) -> None:
        _log.debug(
            "Shop request repeated.",
            call=name_call(request, self._caller.mask),
            attempt=number,
            wait=round(wait, 2),
            error=error,
        )

    def _tell_failure(self, request: Request, error: ConnectorError, number: int) -> None:
        # The caller says what it means.
        _log.debug(
            "Shop request failed.",
            call=name_call(request, self._caller.mask),
            attempts=number,
            kind=type(error).__name__,
            error=error,
        )
