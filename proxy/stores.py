"""One configured shop, ready for work: its name, its settings and its open connector."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec

from connectors.carriers import Carrier, Carriers
from connectors.interface import Connector, ConnectorContext, ConnectorType
from connectors.upstream import Observer
from proxy.settings import StoreSettings


class Store(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One store. `connector` is open for as long as the context that made the store is."""

    name: str
    settings: StoreSettings
    connector: Connector


@asynccontextmanager
async def open_store(name: str, settings: StoreSettings, kind: ConnectorType, observer: Observer | None = None) -> AsyncIterator[Store]:
    """Open the connector of one store; `observer` hears of each exchange with the shop. No request is made yet."""
    carriers = Carriers({word: Carrier(name=entry.name, tracking_url=entry.tracking_url) for word, entry in settings.carriers.items()})
    context = ConnectorContext(store=name, upstream=settings.upstream.policy(), observer=observer, carriers=carriers)
    statuses = {kind.status_word(word): status for word, status in settings.statuses.items()}
    async with kind.open(settings.connector, context) as connector:
        yield Store(name=name, settings=settings.model_copy(update={"statuses": statuses}), connector=connector)


@asynccontextmanager
async def open_stores(
    stores: Mapping[str, StoreSettings], kinds: Mapping[str, ConnectorType], observers: Mapping[str, Observer] | None = None
) -> AsyncIterator[Mapping[str, Store]]:
    """Open every store; `kinds` holds the connector types by name. Leaving the context closes them all."""
    async with AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(open_store(name, settings, kinds[settings.connector.type], (observers or {}).get(name)))
            for name, settings in stores.items()
        }
