"""One configured shop, ready for work: its name, its settings and its open connector."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec

from connectors.carriers import Carrier, Carriers
from connectors.interface import Connector, ConnectorContext, ConnectorType
from connectors.upstream.client import Observer
from connectors.upstream.exchange import Exchange
from proxy.settings.models import StoreSettings


class Pulse:
    """A sign of life: how many answers a shop has given to anything it was asked."""

    def __init__(self) -> None:
        self.answers = 0

    def hear(self, exchange: Exchange) -> None:
        """An exchange is over; one without an answer is no sign of life."""
        self.answers += exchange.status is not None


class Store(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One store. `connector` is open for as long as the context that made the store is."""

    name: str
    settings: StoreSettings
    connector: Connector
    pulse: Pulse = msgspec.field(default_factory=Pulse)
    trial: bool = False
    """Asked by somebody who tries it out: its books are apart, nothing is measured, and nobody is
    alarmed.
    """
    exact: bool = False
    """Its windows are read as asked, and reach back over nothing."""

    def on_trial(self, *, exact: bool) -> Store:
        """The same shop with books of its own. No store of the settings can have such a name."""
        polled, windows = trial_names(self.name)
        return msgspec.structs.replace(
            self, name=windows if exact else polled, trial=True, exact=exact
        )


def trial_names(name: str) -> tuple[str, str]:
    """Under which names the books of trials of a store are kept: one for polls in a row, one for
    windows read as asked.
    """
    return f"{name}?polls", f"{name}?windows"


@asynccontextmanager
async def open_store(
    name: str, settings: StoreSettings, kind: ConnectorType, observer: Observer | None = None
) -> AsyncIterator[Store]:
    """Open the connector of one store; `observer` hears of each exchange with the shop.

    No request is made yet.
    """
    carriers = Carriers(
        {
            word: Carrier(name=entry.name, tracking_url=entry.tracking_url)
            for word, entry in settings.carriers.items()
        }
    )
    pulse = Pulse()

    def heard(exchange: Exchange) -> None:
        pulse.hear(exchange)
        if observer is not None:
            observer(exchange)

    context = ConnectorContext(
        store=name, upstream=settings.upstream.policy(), observer=heard, carriers=carriers
    )
    statuses = {kind.status_word(word): status for word, status in settings.statuses.items()}
    async with kind.open(settings.connector, context) as connector:
        yield Store(
            name=name,
            settings=settings.model_copy(update={"statuses": statuses}),
            connector=connector,
            pulse=pulse,
        )


@asynccontextmanager
async def open_stores(
    stores: Mapping[str, StoreSettings],
    kinds: Mapping[str, ConnectorType],
    observers: Mapping[str, Observer] | None = None,
) -> AsyncIterator[Mapping[str, Store]]:
    """Open every store; `kinds` holds the connector types by name.

    Leaving the context closes them all.
    """
    async with AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(
                open_store(
                    name, settings, kinds[settings.connector.type], (observers or {}).get(name)
                )
            )
            for name, settings in stores.items()
        }
