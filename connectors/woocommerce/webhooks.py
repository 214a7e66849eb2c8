"""WooCommerce's webhooks: `order.updated`, `order.deleted` and the like, signed with a secret that
we choose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, timedelta

import msgspec

from connectors.errors import RefusedError
from connectors.orders import OrderId
from connectors.reading.complaints import UNDECODABLE, read_complaint
from connectors.upstream.request import encode_segment
from connectors.webhooks import (
    Hint,
    Subscription,
    UnreadableWebhookError,
    UnsignedWebhookError,
    is_signed,
    read_sent_at,
)
from connectors.woocommerce.api.client import LARGEST_PAGE, Api
from connectors.woocommerce.settings import WooCommerceSettings

TOPICS = ("order.updated", "order.deleted")
_HEARD = (*TOPICS, "order.created", "order.restored")
# What WooCommerce sends when a webhook is made: a form, without a signature.
_PING = re.compile(rb"webhook_id=\d{1,20}")
# WooCommerce dates no message; the body gives the order's modified time. Refunds and edited items
# send a message but do not move that time, and a queue that waits for the site's next visitor may
# hold a message for days, so the time may lie far back.
_UNDATED = timedelta(days=30)


def check_webhooks(settings: WooCommerceSettings, secret: str) -> str:  # noqa: ARG001 - the connector's block holds no secret for signatures
    """Why WooCommerce could not sign its messages; empty if it can."""
    return (
        ""
        if secret
        else "expected a secret for WooCommerce to sign with, a long random text; found none"
    )


class _Body(msgspec.Struct, frozen=True):
    id: int
    date_modified_gmt: object = None


class _Webhook(msgspec.Struct, frozen=True):
    id: int
    topic: str = ""
    delivery_url: str = ""

    def to_subscription(self) -> Subscription:
        return Subscription(id=str(self.id), topic=self.topic, address=self.delivery_url)


class WooCommerceWebhooks:
    """The webhooks of one shop."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def read(self, headers: Mapping[str, str], body: bytes, secret: str) -> Hint | None:
        """None for the unsigned ping that greets a new webhook; anything else must be signed."""
        signature = headers.get("X-WC-Webhook-Signature", "")
        if not signature and _PING.fullmatch(body):
            return None
        if not is_signed(body, secret, signature):
            raise UnsignedWebhookError(
                "the signature in X-WC-Webhook-Signature is not made with this store's secret"
            )
        if headers.get("X-WC-Webhook-Topic", "") not in _HEARD:
            return None
        try:
            order = msgspec.json.decode(body, type=_Body)
        except UNDECODABLE as error:
            raise UnreadableWebhookError(
                f"expected an order with its id: {read_complaint(error)}"
            ) from error
        delivery = headers.get("X-WC-Webhook-Delivery-ID", "")
        return Hint(
            order_id=OrderId(str(order.id)),
            delivery=f"{headers.get('X-WC-Webhook-ID', '')}/{delivery}" if delivery else "",
            sent_at=read_sent_at(order.date_modified_gmt, zone=UTC),
            lag=_UNDATED,
        )

    async def list_all(self) -> tuple[Subscription, ...]:
        """The shop's subscriptions, up to a hundred."""
        found = await self._api.list_items("webhooks", _Webhook, (("per_page", str(LARGEST_PAGE)),))
        return tuple(one.to_subscription() for one in found)

    async def register(self, address: str, secret: str) -> tuple[Subscription, ...]:
        """Subscribe to what is missing; WooCommerce signs with the secret that it is given here."""
        if not secret:
            raise RefusedError(
                "WooCommerce needs a secret to sign webhooks with; give webhooks.secret a long"
                " random text."
            )
        there = {(one.topic, one.address) for one in await self.list_all()}
        added = []
        for topic in TOPICS:
            if (topic, address) not in there:
                subscription = {
                    "name": f"Portside {topic}",
                    "topic": topic,
                    "delivery_url": address,
                    "secret": secret,
                    "status": "active",
                }
                added.append(
                    (await self._api.post("webhooks", subscription))
                    .decode(_Webhook)
                    .to_subscription()
                )
        return tuple(added)

    async def remove(self, subscription_id: str) -> None:
        """Delete a subscription for good, by POST, because hosts often forbid DELETE."""
        await self._api.post(
            f"webhooks/{encode_segment(subscription_id)}",
            {},
            (("force", "true"), ("_method", "DELETE")),
        )
