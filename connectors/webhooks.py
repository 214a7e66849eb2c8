"""Webhooks: a shop's own word that an order changed.

It is believed as a hint only, never as data, and may come late, twice or not at all.

A connector that can has an attribute `webhooks`; see `HasWebhooks`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol, runtime_checkable

import msgspec

from connectors.orders import OrderId, require_utc


class UnsignedWebhookError(Exception):
    """The request does not prove that it comes from the shop."""


class UnreadableWebhookError(Exception):
    """The request is signed, but does not say which order it is about."""


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """This order changed. `delivery` names the message, the same each time it is sent again.

    `sent_at` is when, as the signed body says, or an unsigned header where that says earlier. Where
    the body's time may be of an earlier change than the one announced, `lag` is how much earlier.
    """

    order_id: OrderId
    delivery: str
    sent_at: datetime | None = None
    lag: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        require_utc("sent_at", self.sent_at)


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """What the shop will tell, and where to."""

    id: str
    topic: str
    address: str


class Webhooks(Protocol):
    """One shop's webhooks. The calls to the shop raise nothing but `ConnectorError`s."""

    def read(self, headers: Mapping[str, str], body: bytes, secret: str) -> Hint | None:
        """What a request says; None for a greeting that says nothing.

        `headers` look names up in any case.

        `secret` is the store's own; where it is empty the shop's kind may know another. Raises
        `UnsignedWebhookError` and `UnreadableWebhookError`.
        """
        ...

    async def list_all(self) -> tuple[Subscription, ...]:
        """Every subscription our credentials can see."""
        ...

    async def register(self, address: str, secret: str) -> tuple[Subscription, ...]:
        """Ask the shop to tell `address` of changed and deleted orders; gives what was added,
        nothing if all was there.
        """
        ...

    async def remove(self, subscription_id: str) -> None:
        """End one subscription. Raises `RefusedError` if there is none."""
        ...


@runtime_checkable
class HasWebhooks(Protocol):
    """A connector whose shop has webhooks."""

    @property
    def webhooks(self) -> Webhooks:
        """Its webhooks."""
        ...


def is_signed(body: bytes, secret: str, signature: str) -> bool:
    """Whether `signature` is the base64 HMAC-SHA256 of the raw body: how both Shopify and
    WooCommerce sign.

    Never with an empty secret.
    """
    digest = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    return bool(secret) and hmac.compare_digest(digest, signature.strip().encode(errors="replace"))


def read_sent_at(value: object, *, zone: tzinfo | None = None) -> datetime | None:
    """A time of a message in UTC; `zone` is that of texts that name none.

    None for anything else: a hint is used even if its time cannot be read.
    """
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        moment = moment.replace(tzinfo=moment.tzinfo or zone) if moment is not None else None
        return moment.astimezone(UTC) if moment is not None and moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
