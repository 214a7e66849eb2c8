"""Shops' webhooks: hints that an order changed.

Each is checked, taken down and answered at once; the order is read with the next poll.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import structlog
from aiohttp import web
from cachetools import TTLCache

from connectors.webhooks import (
    HasWebhooks,
    Hint,
    UnreadableWebhookError,
    UnsignedWebhookError,
    Webhooks,
)
from proxy.doors.custom_store.errors import WireError
from proxy.server.admission.connections import prove_client
from proxy.server.answers import plain_answer
from proxy.server.body import receive_body
from proxy.server.keys import EXPORTER, STORES
from proxy.settings.store import WebhookSettings
from proxy.stores import Store

# The messages heard of late: by their names, which are in no signature, and by their bodies, which
# are what is signed. A repeat that slips through does little harm: one order is read once more.
_HEARD: web.AppKey[TTLCache[tuple[str, str], bool]] = web.AppKey("heard", TTLCache)
_MOST_HEARD = 100_000
_HEARD_FOR = timedelta(days=1)
_log = structlog.get_logger("portside.server")


def add_webhooks(app: web.Application) -> None:
    """The route that shops call."""
    # A message dated as far ahead as a clock may be wrong stays young for twice the largest age.
    ages = [
        2 * store.settings.webhooks.max_age
        for store in app[STORES].values()
        if store.settings.webhooks is not None
    ]
    app[_HEARD] = TTLCache(_MOST_HEARD, max([_HEARD_FOR, *ages]).total_seconds())
    app.router.add_post("/webhooks/{name}", take_hint)


async def take_hint(request: web.Request) -> web.Response:
    """200 once the hint is on disk; 401 for a message without a right signature, 415 for a packed
    one, 400 for one too old or unreadable.
    """
    store, settings, webhooks = _find_listener(request)
    # The signature is of these bytes. A stranger's are never unpacked to look for another.
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise WireError(
            f"a webhook for {store.name}: expected no Content-Encoding",
            status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        )
    body = await receive_body(request, "the webhook")
    try:
        hint = webhooks.read(request.headers, body, settings.secret.get_secret_value())
    except UnsignedWebhookError as error:
        raise WireError(
            f"a webhook for {store.name}: {error}", status=HTTPStatus.UNAUTHORIZED
        ) from error
    except UnreadableWebhookError as error:
        raise WireError(f"a webhook for {store.name}: {error}") from error
    prove_client(request)
    if hint is None:
        return plain_answer("heard; nothing to do")
    _require_recent(hint, settings)
    heard, names = request.app[_HEARD], list(_name_repeats(store, hint, body))
    if any(name in heard for name in names):
        return plain_answer("heard before")
    await request.app[EXPORTER].ledger.add_hint(store.books, hint.order_id)
    heard.update((name, True) for name in names)
    _log.debug("Hint heard.", store=store.name, order_id=hint.order_id)
    return plain_answer("heard")


def _find_listener(request: web.Request) -> tuple[Store, WebhookSettings, Webhooks]:
    """The store, if it listens to webhooks."""
    name = request.match_info["name"]
    store = request.app[STORES].get(name)
    if (
        store is None
        or store.settings.webhooks is None
        or not isinstance(store.connector, HasWebhooks)
    ):
        raise WireError(f"no store named {name!r} listens to webhooks", status=HTTPStatus.NOT_FOUND)
    structlog.contextvars.bind_contextvars(store=store.name)
    return store, store.settings.webhooks, store.connector.webhooks


def _name_repeats(store: Store, hint: Hint, body: bytes) -> Iterator[tuple[str, str]]:
    """The keys by which a repeated message is recognized."""
    yield store.name, f"body {hashlib.sha256(body).hexdigest()}"
    if hint.delivery:
        yield store.name, f"delivery {hint.delivery}"


def _require_recent(hint: Hint, settings: WebhookSettings) -> None:
    """Raise WireError for a message that is sent again long after its time."""
    if (
        hint.sent_at is not None
        and abs(datetime.now(UTC) - hint.sent_at) > settings.max_age + hint.lag
    ):
        raise WireError(
            f"a webhook of {hint.sent_at.isoformat()} is too old to be more than a replay"
        )
