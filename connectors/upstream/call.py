"""One call to a shop: what it may do, and one attempt of it: sign, send, follow redirects, read,
and judge the answer.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial

import msgspec
import structlog

from connectors.errors import AuthenticationError, ConnectorError, RefusedError, ThrottledError
from connectors.reading.complaints import UNDECODABLE
from connectors.reading.formats.answer_format import AnswerFormat, FormatError
from connectors.reading.formats.json_values import decode_slices
from connectors.reading.rows import split_rows
from connectors.reading.tolerant import Mended, find_json_fault, read_tolerantly
from connectors.turns import HEAVY, run_aside
from connectors.upstream.addresses import Target
from connectors.upstream.auth.auth import Auth
from connectors.upstream.breaker import Breaker
from connectors.upstream.masking import Mask
from connectors.upstream.refusals import explain_other_format, explain_refusal, explain_unusable
from connectors.upstream.request import Request
from connectors.upstream.response import Reply
from connectors.upstream.retry import Harm
from connectors.upstream.round_trip import Line

MOST_REDIRECTS = 5
_MOVED = frozenset({301, 302, 303, 307, 308})
# These keep method and body; the others would turn a POST into a GET.
_MOVED_WHOLE = frozenset({307, 308})
_NO_CONTENT = 204
_ERROR = 400
# In bytes: what an error says is a sentence. Of a longer one only the title of a page or the start
# of a text is read, and JSON, which is then cut short, is not.
_LARGEST_ERROR = 262_144
# In bytes: mending as much stops the event loop for a few hundredths of a second.
_QUICKLY_MENDED = 64 * 1024
# Other formats than JSON are read by slower means.
_SLOWER = 64
_log = structlog.get_logger("portside.upstream")

Judge = Callable[[Reply], None]
Review = Callable[[Reply, ConnectorError], ConnectorError | None]


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call with what it may do: `data` demands an answer of JSON, or in another `format`; only
    a read follows a redirect. `rows`: the answer is a list of rows that are decoded one by one, see
    `connectors.reading.rows`.
    """

    request: Request
    harm: Harm
    data: bool
    rows: bool = False
    format: AnswerFormat | None = None

    @property
    def read(self) -> bool:
        """Whether it changes nothing in the shop."""
        return self.harm is Harm.NONE


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Makes attempts at one shop, in one way: with whose credentials, and how its answers are
    understood.

    A throttling of up to `patience` seconds holds up all requests of the shop. `for_parts`: what is
    asked for belongs to one order, and a failure may be that order's alone. `wants_values`: answers
    are read by `Reply.json`, so large ones are decoded here. `follows`: reads follow redirects.
    """

    line: Line
    target: Target
    auth: Auth
    headers: tuple[tuple[str, str], ...]
    breaker: Breaker
    patience: float
    judge: Judge | None
    review: Review | None
    follows: bool = True
    for_parts: bool = False
    wants_values: bool = False

    @property
    def mask(self) -> Mask:
        """What hides the secrets of the moment."""
        return Mask(self.auth.secrets)

    async def attempt(self, call: Call, number: int) -> Reply:
        """One attempt; a refusal of expired credentials earns one more with new ones, inside the
        same attempt.
        """

        async def login(request: Request) -> Reply:
            # Asking for a token twice does no harm, but the attempts around us already repeat.
            plain = Request(
                method=request.method,
                url=self.target.url(request.url),
                headers=self.headers,
                body=request.body,
            )
            for name, value in request.headers:
                plain = plain.with_header(name, value)
            return await self._exchange(
                Call(request=plain, harm=Harm.NONE, data=False), plain, number, judged=False
            )

        await self.auth.ready(login)
        signed = self.auth.sign(call.request)
        try:
            return await self._exchange(call, signed, number)
        except AuthenticationError:
            if not await self.auth.renew(signed, login):
                raise
        return await self._exchange(call, self.auth.sign(call.request), number)

    async def _exchange(
        self, call: Call, signed: Request, number: int, *, judged: bool = True
    ) -> Reply:
        """Send, follow redirects, read, and judge."""
        with self.breaker.guard(for_part=self.for_parts):
            send = partial(
                self.line.send,
                auth=self.auth,
                attempt=number,
                fresh=not call.read,
                is_login=not judged,
            )
            reply = await send(call.request, signed)
            for _ in range(MOST_REDIRECTS):
                if reply.status not in _MOVED:
                    break
                moved = self._follow(call, reply)
                reply = await send(moved, self.auth.sign(moved) if judged else moved)
            if reply.status in _MOVED:
                raise _explain_circle(reply)
            reply = await self._clean(call, reply)
            size = len(reply.content)
            error = await run_aside(size, explain_refusal, reply, self.mask)
            if error is not None:
                if judged and self.review is not None:
                    error = self.review(reply, error)
                if error is None:
                    return reply
                self._slow_down(error)
                raise error
            reply = await run_aside(size, self._settle, call, reply)
            if judged and self.judge is not None:
                self.judge(reply)
            return reply

    def _slow_down(self, error: ConnectorError) -> None:
        """Let the other requests of this shop wait too when it throttles us."""
        if (
            isinstance(error, ThrottledError)
            and error.retry_after is not None
            and error.retry_after <= self.patience
        ):
            self.line.pace.hold(error.retry_after)

    def _settle(self, call: Call, reply: Reply) -> Reply:
        """The reply. Raises what an unusable success means."""
        if not call.data or reply.status == _NO_CONTENT:
            return reply
        if call.format is None:
            error = explain_unusable(reply, self.mask, read=call.read)
        else:
            error = explain_other_format(reply, self.mask, call.format, read=call.read)
        if error is not None:
            raise error
        return reply

    async def _clean(self, call: Call, reply: Reply) -> Reply:
        """The reply with its JSON mended where a strict decoder would refuse it, and decoded where
        it is large; what takes long happens in a thread.
        """
        size = len(reply.content)
        if reply.status >= _ERROR and size > _LARGEST_ERROR:
            return msgspec.structs.replace(reply, content=reply.content[:_LARGEST_ERROR])
        if call.format is not None:
            reply = await run_aside(size * _SLOWER, self._read_format, call, reply)
            if reply.fault is None or reply.status < _ERROR:
                return reply
        elif not call.data or not reply.content:
            return reply
        if await run_aside(size, find_json_fault, reply.content) is not None:
            mend = _mend_rows if call.rows else read_tolerantly
            mended = (
                await asyncio.to_thread(mend, reply.content)
                if len(reply.content) > _QUICKLY_MENDED
                else mend(reply.content)
            )
            if mended is None:
                return reply
            self._report_mended(call, reply, mended.faults)
            reply = msgspec.structs.replace(reply, content=mended.content)
        if (self.wants_values or reply.status >= _ERROR) and len(reply.content) > HEAVY:
            with contextlib.suppress(*UNDECODABLE):
                values = await asyncio.to_thread(decode_slices, reply.content)
                return msgspec.structs.replace(reply, values=values)
        return reply

    def _read_format(self, call: Call, reply: Reply) -> Reply:
        """The reply with its values, or with the reason why it has none."""
        answer_format = call.format
        if answer_format is None or not (reply.content.strip() or answer_format.may_be_empty):
            return reply
        try:
            decoded = answer_format.decode(reply.content)
        except FormatError as error:
            return msgspec.structs.replace(reply, fault=error)
        if decoded.faults:
            self._report_mended(call, reply, decoded.faults)
        return msgspec.structs.replace(reply, values=decoded.values, row_marks=decoded.marks)

    def _report_mended(self, call: Call, reply: Reply, faults: tuple[str, ...]) -> None:
        _log.warning(
            "Shop's answer mended.",
            method=call.request.method,
            url=self.mask.url(reply.url),
            faults=faults,
        )
        # Without places and numbers, so that they stay few.
        kinds = (one.partition(" at ")[0] for one in faults)
        self.line.mended.update(kind for kind in kinds if not kind[:1].isdecimal())

    def _follow(self, call: Call, reply: Reply) -> Request:
        """The request that a redirect asks for.

        Raises `RefusedError`, naming the address to configure, where following is not safe.
        """
        place = self.target.redirect(reply.url, reply.headers.get("Location", ""))
        keeps = reply.status in _MOVED_WHOLE or call.request.method == "GET"
        if place is None or not (self.follows and call.read and keeps):
            wanted = self.mask.url(reply.headers.get("Location", "") or "nowhere").partition("?")[0]
            raise RefusedError(
                f"{reply.where}: the shop redirects to {wanted}, which cannot be followed here; set"
                " the shop's address to that one.",
                status=reply.status,
            )
        if not place.partition("?")[2] and call.request.url.partition("?")[2]:
            wanted = self.mask.url(place)
            raise RefusedError(
                f"{reply.where}: the shop redirects to {wanted} and drops what was asked for behind"
                " the question mark; set the shop's address to the one it redirects to, or mend the"
                " web server's redirect.",
                status=reply.status,
            )
        return msgspec.structs.replace(call.request, url=place)


def _explain_circle(reply: Reply) -> RefusedError:
    return RefusedError(
        f"{reply.where}: the shop redirects this request more than {MOST_REDIRECTS} times and"
        " never answers it; its redirects may lead in a circle. Mend the redirects of the web"
        " server, or set the shop's address to the one that answers.",
        status=reply.status,
    )


def _mend_rows(content: bytes) -> Mended | None:
    return read_tolerantly(content) or split_rows(content)
