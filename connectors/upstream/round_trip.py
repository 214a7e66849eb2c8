"""One observed round trip to a shop: wait for a slot and a turn, send, read, tell the observer what
it may know.
"""

from __future__ import annotations

import asyncio
import time

import msgspec

from connectors.errors import UnavailableError
from connectors.upstream.auth.auth import Auth
from connectors.upstream.exchange import Exchange, Observer
from connectors.upstream.masking import Mask
from connectors.upstream.pace import Pace
from connectors.upstream.request import Request
from connectors.upstream.response import Reply
from connectors.upstream.shop_clock import ShopClock
from connectors.upstream.transport.wire import Wire


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What the requests of one shop share: the connections, the pace, the limits of one attempt,
    its clock, what had to be mended in its answers, in short phrases, and the observer.
    """

    wire: Wire
    pace: Pace
    timeout: float
    largest_answer: int
    observer: Observer | None
    clock: ShopClock = msgspec.field(default_factory=ShopClock)
    mended: set[str] = msgspec.field(default_factory=set)

    async def send(
        self,
        bare: Request,
        signed: Request,
        auth: Auth,
        *,
        attempt: int,
        fresh: bool,
        is_login: bool = False,
    ) -> Reply:
        """The shop's answer, whatever its status. Raises `UnavailableError` if none came.

        `bare` is `signed` without credentials: its URL is the one that the reply and the errors
        tell. `fresh`: a write, which gets a connection of its own. `is_login`: the answer brings a
        token.
        """
        mask = Mask(auth.secrets)
        where = name_call(bare, mask)
        async with self.pace.slots:
            await self.pace.turn()
            begun = time.monotonic()
            reply: Reply | None = None
            told, offset = "", None
            try:
                reply = await self.wire.transfer(
                    signed, timeout=self.timeout, limit=self.largest_answer, fresh=fresh
                )
                self.pace.follow_headers(reply.headers)
                offset = self.clock.note_answer(reply.headers, seconds=time.monotonic() - begun)
                return msgspec.structs.replace(reply, url=bare.url, where=where)
            except UnavailableError as error:
                told = f"{where}: {mask.text(str(error))}"
                raise type(error)(
                    told, retry_after=error.retry_after, reached=error.reached
                ) from error
            except asyncio.CancelledError:
                told = f"{where}: given up before an answer came."
                raise
            finally:
                if self.observer is not None:
                    self.observer(
                        Exchange(
                            method=bare.method,
                            url=mask.url(signed.url),
                            status=reply.status if reply is not None else None,
                            seconds=time.monotonic() - begun,
                            attempt=attempt,
                            error=told,
                            step=bare.step,
                            writes=fresh,
                            clock_offset=offset,
                            is_login=is_login,
                            mask=mask,
                            bare_request=signed.body,
                            bare_response=reply.content if reply is not None else b"",
                        )
                    )

    def show_unsent(self, bare: Request, auth: Auth) -> None:
        """Tell the observer of a request that is not sent, because this is a dry run."""
        if self.observer is None:
            return
        mask = Mask(auth.secrets)
        self.observer(
            Exchange(
                method=bare.method,
                url=mask.url(bare.url),
                status=None,
                seconds=0.0,
                attempt=0,
                step=bare.step,
                writes=True,
                sent=False,
                mask=mask,
                bare_request=bare.body,
            )
        )


def name_call(request: Request, mask: Mask) -> str:
    """The call as errors and log lines name it: without the query, which may hold secrets."""
    return f"{request.method} {mask.url(request.url).partition('?')[0]}"
