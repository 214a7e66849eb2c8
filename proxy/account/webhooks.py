"""ShipStation's webhooks to Portside: asked for, listed and ended.

Sources: docs.shipstation.com, API v1, "List Webhooks", "Subscribe to Webhook" and "Unsubscribe to
Webhook". Documents differ in the fields of a row, so only its number and its event are relied on.
What a message tells is never read from where it points: see `proxy.server.webhooks.account`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from connectors.errors import ConnectorError
from proxy.account.client import AccountClient
from proxy.settings.account.webhooks import AccountWebhookSettings

PARCEL_EVENTS: Final = frozenset({"SHIP_NOTIFY", "ITEM_SHIP_NOTIFY", "FULFILLMENT_SHIPPED"})
"""Messages that a parcel was made."""

ORDER_EVENTS: Final = frozenset({"ORDER_NOTIFY", "ITEM_ORDER_NOTIFY"})
"""Messages that orders were imported."""

_WANTED = ("SHIP_NOTIFY", "FULFILLMENT_SHIPPED", "ORDER_NOTIFY")


class WebhookPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where ShipStation is to call for a store: `url`, which begins with `root` and ends in a
    secret. `name` is what people see in ShipStation.
    """

    store_id: int
    root: str
    url: str
    name: str


def place_webhooks(store: str, store_id: int, settings: AccountWebhookSettings) -> WebhookPlace:
    """Where ShipStation is to call for `store`, which it calls `store_id`."""
    return WebhookPlace(
        store_id=store_id,
        root=settings.find_root(store),
        url=settings.build_url(store),
        name=f"Portside {store}",
    )


class HookRow(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook of the account."""

    id: int | str = msgspec.field(name="WebHookID")
    event: str = msgspec.field(name="HookType")
    store_id: int | None = msgspec.field(name="StoreID", default=None)
    url: str | None = msgspec.field(name="Url", default=None)
    name: str | None = msgspec.field(name="Name", default=None)

    def is_ours(self, place: WebhookPlace) -> bool:
        """Whether it calls Portside for that store, with whatever secret. Where ShipStation does
        not show its address, its name tells.
        """
        if self.url is None:
            return self.name == place.name and self.store_id in {None, place.store_id}
        return self.url.startswith(place.root)

    def is_right(self, place: WebhookPlace) -> bool:
        """Whether it is as it would be asked for today."""
        return (
            self.is_ours(place)
            and self.store_id in {None, place.store_id}
            and self.url in {None, place.url}
        )


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """What a change of the webhooks did: the events asked for, and the numbers that were ended."""

    added: Sequence[str] = ()
    ended: Sequence[int | str] = ()


class _Hooks(msgspec.Struct, frozen=True, kw_only=True):
    webhooks: Sequence[HookRow] = ()


async def list_hooks(client: AccountClient) -> Sequence[HookRow]:
    """All webhooks of the account. Raises `ConnectorError`."""
    return (await client.fetch(_Hooks, "/webhooks")).webhooks


async def register_hooks(client: AccountClient, place: WebhookPlace) -> Registration:
    """Have ShipStation call for this store what it does not call yet, and end what of ours has an
    old secret, another store, or stands twice. Raises `ConnectorError`, without the secret.
    """
    mine = [row for row in await list_hooks(client) if row.is_ours(place)]
    right: dict[str, HookRow] = {}
    for row in mine:
        if row.event in _WANTED and row.is_right(place):
            right.setdefault(row.event, row)
    missing = [event for event in _WANTED if event not in right]
    for event in missing:
        body = {
            "target_url": place.url,
            "event": event,
            "store_id": place.store_id,
            "friendly_name": place.name,
        }
        try:
            await client.change(Any, "POST", "/webhooks/subscribe", body)
        except ConnectorError as error:
            # ShipStation may quote the address that it does not take.
            error.args = (str(error).replace(place.url, f"{place.root}…"),)
            raise
    kept = {row.id for row in right.values()}
    old = [row.id for row in mine if row.id not in kept]
    await _end(client, old)
    return Registration(added=missing, ended=old)


async def remove_hooks(client: AccountClient, place: WebhookPlace) -> Registration:
    """End those that call Portside for this store, and no others. Raises `ConnectorError`."""
    old = [row.id for row in await list_hooks(client) if row.is_ours(place)]
    await _end(client, old)
    return Registration(ended=old)


def find_missing(rows: Sequence[HookRow], place: WebhookPlace) -> Sequence[str]:
    """The events of which ShipStation does not tell Portside."""
    told = {row.event for row in rows if row.is_right(place)}
    return [event for event in _WANTED if event not in told]


async def _end(client: AccountClient, numbers: Sequence[int | str]) -> None:
    for number in numbers:
        await client.change(Any, "DELETE", f"/webhooks/{number}", is_harmless=True)
