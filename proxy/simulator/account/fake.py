"""FakeAccount: the account with its API on a port of this machine.

    async with FakeAccount(Clock()) as account:
        store = await account.connect_store("North", url, credentials)
        await account.import_orders(store)
        account.make_label(account.find_order("1043"), fate=Fate.LOST_SILENTLY)
        await account.advance(timedelta(minutes=15))

`connectors.testing.clock.Clock`, or anything else that can be called for the time and set, makes a
test wait for nothing; with a clock that runs by itself `follow` does everything in its time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Self

import aiohttp
from aiohttp import web
from yarl import URL

from proxy.doors.custom_store.credentials import Credentials
from proxy.simulator.account.account import Account
from proxy.simulator.account.agenda import Clock
from proxy.simulator.account.routes.desk import DeskRoutes
from proxy.simulator.account.routes.frame import Frame, SeenCall, count_most_within
from proxy.simulator.account.routes.orders import OrderRoutes
from proxy.simulator.account.routes.parcels import ParcelRoutes
from proxy.simulator.account.routes.stores import StoreRoutes
from proxy.simulator.account.routes.webhooks import WebhookRoutes
from proxy.simulator.account.stores import Store
from proxy.simulator.account.traits import WORDS, Faults, Traits
from proxy.simulator.client import PATIENCE, Login, StoreClient

LOOPBACK = "127.0.0.1"
KEY, SECRET = "fake-api-key", "fake-api-secret"
_ROUTES = (OrderRoutes, ParcelRoutes, StoreRoutes, DeskRoutes, WebhookRoutes)
_MINUTE = timedelta(minutes=1)
_LARGEST_REQUEST = 1024 * 1024


class FakeAccount(Account):
    """The whole account: `url`, `key` and `secret` are what its API is asked with.

    Its parameters are those of `Account`; `port` 0 takes any free one.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        traits: Traits | None = None,
        faults: Faults | None = None,
        seed: int = 0,
        port: int = 0,
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__(clock, traits=traits, faults=faults, seed=seed, report=report)
        self.key, self.secret = KEY, SECRET
        self._frame = Frame(self, Credentials(username=KEY, password=SECRET))
        self._stack = AsyncExitStack()
        self._port = port

    @property
    def url(self) -> str:
        """Where the API is, without a slash at the end."""
        if not self._port:
            raise RuntimeError("the account was never started")
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def calls(self) -> list[SeenCall]:
        """All requests to the API, in order."""
        return self._frame.calls

    @property
    def on_call(self) -> list[Callable[[str], None]]:
        """Functions that hear the path of each request before it is answered."""
        return self._frame.on_call

    def count_busiest_minute(self) -> int:
        """The most requests that came within any sixty seconds, refused ones too."""
        return count_most_within(_MINUTE, [call.at for call in self.calls])

    def spend_requests(self, count: int) -> None:
        """Use up `count` requests of this minute, as another tool with the same key would."""
        self._frame.spend(count)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=_LARGEST_REQUEST, middlewares=[self._frame.meet])
        for group in _ROUTES:
            app.add_routes(group(self).list_routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05, handle_signals=False)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, LOOPBACK, self._port).start()
        self._port = runner.addresses[0][1]
        session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        self.webhooks.open(await self._stack.enter_async_context(session), self.url)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def connect_store(
        self,
        name: str,
        url: str,
        credentials: Credentials,
        *,
        login: Login = Login.BOTH,
        words: Mapping[str, str] = WORDS,
        since: datetime | None = None,
        patience: float = PATIENCE,
        trial: bool = False,
    ) -> Store:
        """Connect a custom store by its URL and login; see `add_store`.

        The requests of a `trial` are marked, so that a Portside does not take them for
        ShipStation's.
        """
        address = URL(url)
        client = await self._stack.enter_async_context(
            StoreClient.open(address, credentials, login, patience=patience, trial=trial)
        )
        return self.add_store(name, address, client, words=words, since=since)
