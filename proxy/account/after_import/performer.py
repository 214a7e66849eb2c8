"""Does what is planned for imported orders, a few requests at a time.

Sources: docs.shipstation.com, API v1, "Assign User to Order", "Add Tag to Order" and "Hold Order
Until". An action that was done and not yet recorded, because the process was killed, is done again
and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog

from connectors.errors import AuthenticationError, PermanentError, RefusedError
from connectors.interface import Remark
from connectors.quoting import make_printable
from proxy.account.client import AccountClient
from proxy.storage.account.import_actions import ActionKind, ImportAction, ImportActions
from proxy.storage.database import Database
from proxy.stores import Store

# How many orders one request may name is not documented.
_AT_ONCE = 50
# Requests of one run: other jobs of the key have their turn in between.
_MOST_REQUESTS = 10
_log = structlog.get_logger("portside.account")


class ImportPerformer:
    """Works for the stores of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def perform_actions(self, client: AccountClient, store: Store) -> None:
        """Do some of what is planned for a store. What ShipStation refuses is remarked and not
        tried again. Raises `ConnectorError` and StorageError.
        """
        account = store.settings.account
        if account is None or account.store_id is None or not account.after_import:
            return
        actions = ImportActions(self._database, store.name)
        for _ in range(_MOST_REQUESTS):
            waiting = await actions.list_waiting(_AT_ONCE)
            if not waiting:
                return
            batch = waiting if waiting[0].kind is ActionKind.ASSIGN else waiting[:1]
            if not await _try(client, store, batch) and len(batch) > 1:
                # One order that it does not take must not cost the others.
                batch = batch[:1]
                await _try(client, store, batch)
            await actions.finish(batch)


async def _try(client: AccountClient, store: Store, batch: Sequence[ImportAction]) -> bool:
    first = batch[0]
    path, body = _write(batch)
    try:
        done = await client.change(Any, "POST", path, body, is_harmless=True)
        if isinstance(done, dict) and done.get("success") is False:
            said = make_printable(str(done.get("message") or "no reason")[:300])
            raise RefusedError(f"ShipStation does not do POST {path}: {said}")
    except AuthenticationError:
        raise
    except PermanentError as error:
        if len(batch) == 1:
            text = f"after_import: order {first.order_id} of ShipStation was left as it is: {error}"
            about = f"after_import {first.kind.value}"
            store.remark(Remark(about=about, text=text, quoted=str(error)))
        return False
    _log.info(
        "Imported orders were changed in ShipStation.",
        store=store.name,
        kind=first.kind.value,
        orders=len(batch),
    )
    return True


def _write(batch: Sequence[ImportAction]) -> tuple[str, dict[str, object]]:
    first = batch[0]
    match first.kind:
        case ActionKind.ASSIGN:
            ids = [each.order_id for each in batch]
            return "/orders/assignuser", {"orderIds": ids, "userId": first.target}
        case ActionKind.TAG:
            return "/orders/addtag", {"orderId": first.order_id, "tagId": int(first.target)}
        case ActionKind.HOLD:
            body = {"orderId": first.order_id, "holdUntilDate": first.target}
            return "/orders/holduntil", dict(body)
