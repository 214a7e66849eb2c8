"""Credentials that expire: get a token by one call, carry it in each request, get the next one in
time.

One renewal at a time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

import msgspec

from connectors.errors import AuthenticationError, RefusedError
from connectors.upstream.auth.auth import Auth, BearerAuth, Send, Token
from connectors.upstream.auth.token_file import TokenFile
from connectors.upstream.request import Request
from connectors.upstream.response import Reply

# A token is renewed this many seconds before its end, but never before a quarter of its life is
# left.
EARLY = 60.0
Place = Callable[[Token, Request], Request]
"""Puts a token into a request; done twice it is as if done once."""


class TokenAuth:
    """Signs with a token that `login` asks for and `read` takes out of the answer.

    `login` is given the newest refresh token, empty at first. `carry` turns a token into the `Auth`
    that puts it into requests; `place` is for what a header cannot say. `refusals` are the statuses
    besides 401 and 403 by which this shop refuses a login (EverShop: 400). With `keep`, a token
    outlives the process. `falls_back`: where a refresh token is refused, log in without it. `made`
    gives the secrets that `login` made for its last request.
    """

    def __init__(
        self,
        login: Callable[[str], Request],
        read: Callable[[Reply], Token],
        *,
        carry: Callable[[str], Auth] = BearerAuth,
        place: Place | None = None,
        secrets: tuple[str, ...] = (),
        made: Callable[[], Iterable[str]] = tuple,
        refusals: tuple[int, ...] = (400,),
        keep: TokenFile | None = None,
        falls_back: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._login = login
        self._read = read
        self._place = place or (lambda token, request: carry(token.value).sign(request))
        self._configured = secrets
        self._made = made
        self._refusals = refusals
        self._keep = keep
        self._falls_back = falls_back or keep is not None
        self._clock = clock
        self._token: Token | None = None
        self._number = 0
        # A request that is on its way, and the shop's words about it, may still hold the last one.
        self._before: tuple[str, ...] = ()
        self._refresh = ""
        self._renew_at = float("inf")
        self._lock = asyncio.Lock()

    @property
    def secrets(self) -> tuple[str, ...]:
        """What was configured, and the tokens of the moment and before."""
        texts = self._token.texts if self._token is not None else ()
        known = (*self._configured, *self._made(), *texts, *self._before, self._refresh)
        return tuple(filter(None, known))

    def sign(self, request: Request) -> Request:
        """Put the token of the moment into the request; without one it goes out bare, and the shop
        will say so.
        """
        if self._token is None:
            return request
        signed = self._place(self._token, request)
        return msgspec.structs.replace(signed, token_number=self._number)

    async def ready(self, send: Send) -> None:
        """Log in if there is no token or its end is near.

        Raises `AuthenticationError` if the shop refuses.
        """
        if self._is_fresh():
            return
        async with self._lock:
            if not self._is_fresh():
                await self._replace(send)

    async def renew(self, refused: Request, send: Send) -> bool:
        """Get a new token unless another request already did while `refused` was on its way."""
        async with self._lock:
            if self._token is None or refused.token_number == self._number:
                await self._replace(send, self._token)
        return True

    def _is_fresh(self) -> bool:
        return self._token is not None and self._clock() < self._renew_at

    async def _replace(self, send: Send, refused: Token | None = None) -> None:
        """Get the next token: one that another run or process has kept, if it is good and not the
        `refused` one, or else a new one.
        """
        if self._keep is None:
            await self._obtain_somehow(send)
            return
        async with self._keep.alone():
            if await self._adopt(self._keep, refused):
                return
            await self._obtain_somehow(send)
            if self._token is not None:
                await self._keep.write(
                    self._token.value,
                    self._refresh,
                    self._renew_at - self._clock(),
                    self._token.fields,
                )

    async def _adopt(self, keep: TokenFile, refused: Token | None) -> bool:
        """Take over what is kept; False if a new token is still needed.

        A token that was refused is kept no longer.
        """
        found = await keep.read()
        if found is None:
            return False
        kept, renew_in = found
        fields = kept.fields or {}
        self._refresh = kept.refresh or self._refresh
        if refused and (kept.token, fields) == (refused.value, refused.fields):
            await keep.write("", self._refresh, 0)
        elif (kept.token or fields) and renew_in > 0:
            self._take(Token(value=kept.token, fields=fields), self._clock() + renew_in)
            return True
        return False

    async def _obtain_somehow(self, send: Send) -> None:
        """A new token by what renews it; where that is refused, by what is configured."""
        renewing = bool(self._refresh)
        try:
            await self._obtain(send)
        except AuthenticationError:
            if self._keep is not None:
                await self._keep.drop()
            if not (renewing and self._falls_back):
                raise
            await self._obtain(send)

    async def _obtain(self, send: Send) -> None:
        refresh = self._refresh
        try:
            reply = await send(self._login(refresh))
        except AuthenticationError as error:
            self._forget()
            raise AuthenticationError(f"The shop does not accept our login. {error}") from error
        except RefusedError as error:
            if error.status not in self._refusals:
                raise
            self._forget()
            raise AuthenticationError(f"The shop does not accept our login. {error}") from error
        token = self._read(reply)
        self._refresh = token.refresh or refresh
        lifetime = token.lifetime
        self._take(
            token,
            float("inf")
            if lifetime is None
            else self._clock() + max(lifetime - EARLY, lifetime / 4),
        )

    def _take(self, token: Token, renew_at: float) -> None:
        self._before = self._token.texts if self._token is not None else self._before
        self._token, self._renew_at = token, renew_at
        self._number += 1

    def _forget(self) -> None:
        self._before = self._token.texts if self._token is not None else self._before
        self._token, self._refresh = None, ""
