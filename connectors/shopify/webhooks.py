"""Shopify's webhooks: `orders/updated` and `orders/delete`, signed with the app's client secret."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec

from connectors.errors import RefusedError
from connectors.orders import OrderId
from connectors.reading.complaints import UNDECODABLE, read_complaint
from connectors.shopify.settings import ShopifySettings
from connectors.upstream.client import Upstream
from connectors.upstream.request import encode_segment
from connectors.webhooks import (
    Hint,
    Subscription,
    UnreadableWebhookError,
    UnsignedWebhookError,
    is_signed,
    read_sent_at,
)

TOPICS = ("orders/updated", "orders/delete")


def check_webhooks(settings: ShopifySettings, secret: str) -> str:
    """Why Shopify's signatures could not be checked; empty if they can."""
    if secret or settings.client_secret.get_secret_value():
        return ""
    return (
        "expected the app's client secret, which Shopify signs with, as secret here or as"
        " connector.client_secret; found neither"
    )


class _Body(msgspec.Struct, frozen=True):
    id: int
    updated_at: object = None


class _Webhook(msgspec.Struct, frozen=True):
    id: int
    topic: str
    address: str

    def to_subscription(self) -> Subscription:
        return Subscription(id=str(self.id), topic=self.topic, address=self.address)


class _Webhooks(msgspec.Struct, frozen=True):
    webhooks: tuple[_Webhook, ...]


class _OneWebhook(msgspec.Struct, frozen=True):
    webhook: _Webhook


class ShopifyWebhooks:
    """The webhooks of one shop."""

    def __init__(self, upstream: Upstream, settings: ShopifySettings) -> None:
        self._upstream = upstream
        self._settings = settings
        self._root = f"api/{settings.api_version}/webhooks"

    def read(self, headers: Mapping[str, str], body: bytes, secret: str) -> Hint | None:
        """The signature covers the body alone, so the body alone says which order is meant, and how
        old the message is at least.

        Headers can only make it older, or a repeat. The message of a deleted order has no time in
        its body.
        """
        key = secret or self._settings.client_secret.get_secret_value()
        if not is_signed(body, key, headers.get("X-Shopify-Hmac-Sha256", "")):
            raise UnsignedWebhookError(
                "the signature in X-Shopify-Hmac-Sha256 is not made with this store's secret"
            )
        if headers.get("X-Shopify-Shop-Domain", self._settings.shop).lower() != self._settings.shop:
            raise UnsignedWebhookError(
                f"the message is from another shop than {self._settings.shop}"
            )
        if headers.get("X-Shopify-Topic", "") not in TOPICS:
            return None
        try:
            order = msgspec.json.decode(body, type=_Body)
        except UNDECODABLE as error:
            raise UnreadableWebhookError(
                f"expected an order with its id: {read_complaint(error)}"
            ) from error
        times = (
            read_sent_at(order.updated_at),
            read_sent_at(headers.get("X-Shopify-Triggered-At")),
        )
        return Hint(
            order_id=OrderId(str(order.id)),
            delivery=headers.get("X-Shopify-Webhook-Id", ""),
            sent_at=min((moment for moment in times if moment is not None), default=None),
        )

    async def list_all(self) -> tuple[Subscription, ...]:
        """The subscriptions of our app."""
        reply = await self._upstream.get(f"{self._root}.json", (("limit", "250"),))
        return tuple(one.to_subscription() for one in reply.decode(_Webhooks).webhooks)

    async def register(self, address: str, secret: str) -> tuple[Subscription, ...]:  # noqa: ARG002 - Shopify signs with the app's secret
        """Subscribe to what is missing. Messages hold only id and time, so that no data of the
        buyer travels.
        """
        there = {(one.topic, one.address) for one in await self.list_all()}
        added = []
        for topic in TOPICS:
            if (topic, address) not in there:
                subscription = {
                    "webhook": {
                        "topic": topic,
                        "address": address,
                        "format": "json",
                        "fields": ["id", "updated_at"],
                    }
                }
                reply = await self._upstream.write("POST", f"{self._root}.json", json=subscription)
                added.append(reply.decode(_OneWebhook).webhook.to_subscription())
        return tuple(added)

    async def remove(self, subscription_id: str) -> None:
        """Delete a subscription by its id."""
        if not subscription_id.isdecimal():
            raise RefusedError(
                f"Shopify has no webhook with the id {subscription_id!r}.",
                status=HTTPStatus.NOT_FOUND,
            )
        await self._upstream.write("DELETE", f"{self._root}/{encode_segment(subscription_id)}.json")
