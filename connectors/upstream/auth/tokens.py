"""Credentials that expire: get a token by one call, carry it in each request, get the next one in
time.

One renewal at a time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from connectors.errors import AuthenticationError, RefusedError
from connectors.upstream.auth.auth import Auth, BearerAuth, Send, Token
from connectors.upstream.auth.token_file import TokenFile
from connectors.upstream.request import Request
from connectors.upstream.response import Reply

# A token is renewed this many seconds before its end, but never before a quarter of its life is
# left.
EARLY = 60.0


class TokenAuth:
    """Signs with a token that `login` asks for and `read` takes out of the answer.

    `login` is given the newest refresh token, empty at first. `carry` turns a token into the `Auth`
    that puts it into requests. `refusals` are the statuses besides 401 and 403 by which this shop
    refuses a login (EverShop: 400). With `keep`, a token outlives the process.
    """

    def __init__(
        self,
        login: Callable[[str], Request],
        read: Callable[[Reply], Token],
        *,
        carry: Callable[[str], Auth] = BearerAuth,
        secrets: tuple[str, ...] = (),
        refusals: tuple[int, ...] = (400,),
        keep: TokenFile | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._login = login
        self._read = read
        self._carry = carry
        self._configured = secrets
        self._refusals = refusals
        self._keep = keep
        self._clock = clock
        self._token: Token | None = None
        self._refresh = ""
        self._renew_at = float("inf")
        self._lock = asyncio.Lock()

    @property
    def secrets(self) -> tuple[str, ...]:
        """What was configured, and the tokens of the moment."""
        return tuple(
            filter(
                None,
                (
                    *self._configured,
                    self._token.value if self._token is not None else "",
                    self._refresh,
                ),
            )
        )

    def sign(self, request: Request) -> Request:
        """Put the token of the moment into the request; without one it goes out bare, and the shop
        will say so.
        """
        return request if self._token is None else self._carry(self._token.value).sign(request)

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
        """Get a new token unless somebody else already did while `refused` was on its way."""
        async with self._lock:
            if self._token is None or self.sign(refused) == refused:
                await self._replace(
                    send, refused=self._token.value if self._token is not None else ""
                )
        return True

    def _is_fresh(self) -> bool:
        return self._token is not None and self._clock() < self._renew_at

    async def _replace(self, send: Send, refused: str = "") -> None:
        """Get the next token: one that another run or process has kept, if it is good and not the
        `refused` one, or else a new one.
        """
        if self._keep is None:
            await self._obtain(send)
            return
        async with self._keep.alone():
            if await self._adopt(self._keep, refused):
                return
            renewing = bool(self._refresh)
            try:
                await self._obtain(send)
            except AuthenticationError:
                await self._keep.drop()
                if not renewing:
                    raise
                await self._obtain(
                    send
                )  # what was kept is worth nothing any more; what is configured may be
            if self._token is not None:
                await self._keep.write(
                    self._token.value, self._refresh, self._renew_at - self._clock()
                )

    async def _adopt(self, keep: TokenFile, refused: str) -> bool:
        """Take over what is kept; False if a new token is still needed.

        A token that was refused is kept no longer.
        """
        found = await keep.read()
        if found is None:
            return False
        kept, renew_in = found
        self._refresh = kept.refresh or self._refresh
        if refused and kept.token == refused:
            await keep.write("", self._refresh, 0)
        elif kept.token and renew_in > 0:
            self._token = Token(value=kept.token)
            self._renew_at = self._clock() + renew_in
            return True
        return False

    async def _obtain(self, send: Send) -> None:
        refresh = self._refresh
        try:
            reply = await send(self._login(refresh))
        except AuthenticationError as error:
            self._token, self._refresh = None, ""
            raise AuthenticationError(f"The shop does not accept our login. {error}") from error
        except RefusedError as error:
            if error.status not in self._refusals:
                raise
            self._token, self._refresh = None, ""
            raise AuthenticationError(f"The shop does not accept our login. {error}") from error
        token = self._read(reply)
        self._token, self._refresh = token, token.refresh or refresh
        lifetime = token.lifetime
        self._renew_at = (
            float("inf")
            if lifetime is None
            else self._clock() + max(lifetime - EARLY, lifetime / 4)
        )
