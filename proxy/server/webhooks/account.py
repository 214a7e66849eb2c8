"""ShipStation's webhooks: hints that something happened in a store's account.

Nothing is signed, so the path holds a secret. A message says no more than that there is something
new, and where; Portside asks its own lists in place of that address. So one run serves any number
of messages, a message that was made up leads to no other host, and one that is repeated, late or
lost changes nothing but the time. Source: docs.shipstation.com, API v1, "Webhook Model".
"""

from __future__ import annotations

from http import HTTPStatus

import msgspec
import structlog
from aiohttp import web

from connectors.reading.complaints import UNDECODABLE, read_complaint
from proxy.account.webhooks import ORDER_EVENTS, PARCEL_EVENTS
from proxy.doors.custom_store.credentials import Credentials, credentials_match
from proxy.doors.custom_store.errors import WireError
from proxy.server.admission.connections import prove_client
from proxy.server.answers import plain_answer
from proxy.server.auth import delay_refusal
from proxy.server.body import receive_body
from proxy.server.keys import ACCOUNTS, CLIENT, FAILED_LOGINS, STORES

# What a wrong secret counts as a failed login of, beside those of ShipStation's form.
_AS_USER = "webhook"
_log = structlog.get_logger("portside.server")


class _Message(msgspec.Struct, frozen=True, kw_only=True):
    resource_type: str


def add_account_webhooks(app: web.Application) -> None:
    """The route that ShipStation's own webhooks call."""
    app.router.add_post("/shipstation/{name}/{secret}", take_message)


async def take_message(request: web.Request) -> web.Response:
    """200 once what waits for such a message is due; 404 for a wrong secret, 400 for what is no
    message.
    """
    store = await _find_store(request)
    body = await receive_body(request, "the webhook")
    try:
        event = msgspec.json.decode(body, type=_Message).resource_type
    except UNDECODABLE as error:
        raise WireError(f"a webhook for {store}: {read_complaint(error)}") from error
    if event not in ORDER_EVENTS | PARCEL_EVENTS:
        return plain_answer("heard; nothing to do")
    await request.app[ACCOUNTS].wake(store, event)
    _log.info("A webhook of ShipStation was heard.", store=store, type=event)
    return plain_answer("heard")


async def _find_store(request: web.Request) -> str:
    """The store whose secret the path holds. Raises WireError, the same for a store that does not
    listen as for a wrong secret, and TooManyLoginsError.
    """
    name = request.match_info["name"]
    store = request.app[STORES].get(name)
    account = None if store is None else store.settings.account
    webhooks = None if account is None else account.webhooks
    offered = Credentials(password=request.match_info["secret"])
    if webhooks is not None:
        known = Credentials(password=webhooks.secret.get_secret_value())
        if credentials_match([offered], [known]):
            request.app[FAILED_LOGINS].forgive(name, request[CLIENT], _AS_USER)
            prove_client(request)
            return name
    if store is not None:
        await delay_refusal(request, name, request[CLIENT], [_AS_USER])
    raise WireError("nothing listens here", status=HTTPStatus.NOT_FOUND)
