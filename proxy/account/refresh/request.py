"""The request for a refresh of one store.

Sources: docs.shipstation.com, API v1, "Refresh Store": without `refreshDate` orders are imported
from the store's last refresh on. The answer says no more than that the refresh is queued.
"""

from __future__ import annotations

from datetime import datetime

from connectors.errors import RefusedError
from proxy.account.client import AccountClient
from proxy.account.pacific import write_start
from proxy.account.rows import Done


async def request_refresh(
    client: AccountClient, store_id: int, since: datetime | None = None
) -> str:
    """Have ShipStation import the store's orders soon, from where it was or from `since` on (aware
    UTC). Returns ShipStation's words.

    Raises `ConnectorError`, also where ShipStation says that it will not.
    """
    body: dict[str, object] = {"storeId": store_id}
    if since is not None:
        body["refreshDate"] = write_start(since)
    done = await client.change(Done, "POST", "/stores/refreshstore", body, is_harmless=True)
    if done.success is False:
        raise RefusedError(f"ShipStation does not refresh store {store_id}: {done.words}")
    return done.words
