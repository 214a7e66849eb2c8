"""The account's stores: the resource that the API shows of each, and how its status words are
understood.

The resource is written whole: what a PUT leaves out is lost (docs.shipstation.com, API v1, "Update
store").
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from proxy.simulator.account.traits import WORDS
from proxy.simulator.client import StoreClient
from proxy.simulator.poller import Poller

# The marketplace number of "Custom Store" is not documented; WooCommerce's is 36.
CUSTOM_STORE, MANUAL_STORE = 38, 0
STATUSES = frozenset(WORDS.values())
REQUIRED = (
    "storeId",
    "storeName",
    "marketplaceId",
    "marketplaceName",
    "createDate",
    "modifyDate",
    "active",
)
# Fields that the account sets itself: a PUT does not change them.
_OWN = ("storeId", "createDate", "modifyDate", "refreshDate", "lastRefreshAttempt")


class InvalidStoreError(Exception):
    """A store's resource that cannot be taken; `str(error)` says why."""


class Refresh(msgspec.Struct, kw_only=True):
    """How the last import of a store ended: ids and words as in ShipStation's older documentation,
    of which only "Success" was seen.
    """

    id: int = 1
    word: str = "Success"


class Store(msgspec.Struct, kw_only=True):
    """One store. `address`, `client` and `poller` are its custom store's, None for a manual store.

    `resource` is what the API shows, in JSON's types but for moments. `hidden_words` are the form's
    words where the resource never shows them. `skipped` are exported orders that were not imported,
    by number, each with its reason. `is_told` is whether notices are sent to it.
    """

    resource: dict[str, Any]
    address: str | None = None
    client: StoreClient | None = None
    poller: Poller | None = None
    refresh: Refresh = msgspec.field(default_factory=Refresh)
    skipped: dict[str, str] = {}
    hidden_words: Mapping[str, str] | None = None
    is_told: bool = True

    @property
    def store_id(self) -> int:
        """The number by which the API knows it."""
        return int(self.resource["storeId"])

    def find_status(self, word: str) -> str | None:
        """The account's status for a word of the store, or None if no mapping names it.

        A mapping may hold several words, separated by commas; case matters.
        """
        shown = self.resource.get("statusMappings") or []
        hidden = self.hidden_words
        for mapping in shown if hidden is None else write_mappings(hidden):
            words = str(mapping.get("statusKey", "")).split(",")
            if word in {each.strip() for each in words}:
                return str(mapping["orderStatus"])
        return None


def write_mappings(words: Mapping[str, str]) -> list[dict[str, str]]:
    """`statusMappings` of the resource, from status there to status here; the words of one status
    stand behind one another, separated by commas.
    """
    keys: dict[str, list[str]] = {}
    for word, status in words.items():
        keys.setdefault(status, []).append(word)
    return [{"orderStatus": status, "statusKey": ",".join(names)} for status, names in keys.items()]


def build_resource(
    store_id: int, name: str, address: str | None, now: datetime, words: Mapping[str, str] | None
) -> dict[str, Any]:
    """A store's resource when it was just connected; `words` None leaves the mappings out."""
    is_custom = address is not None
    resource = {
        "storeId": store_id,
        "storeName": name,
        "marketplaceId": CUSTOM_STORE if is_custom else MANUAL_STORE,
        "marketplaceName": "Custom Store" if is_custom else "ShipStation",
        "accountName": None,
        "email": None,
        "integrationUrl": address,
        "active": True,
        "companyName": "Example & Sons",
        "phone": "",
        "publicEmail": "",
        "website": "https://shop.example.com",
        "refreshDate": None,
        "lastRefreshAttempt": None,
        "createDate": now,
        "modifyDate": now,
        "autoRefresh": is_custom,
    }
    return resource if words is None else {**resource, "statusMappings": write_mappings(words)}


def replace_resource(store: Store, given: Mapping[str, Any], now: datetime) -> None:
    """Take a whole resource in place of the store's; what is left out is lost.

    Raises InvalidStoreError, and changes nothing, where a required field is missing or a status is
    unknown.
    """
    missing = [name for name in REQUIRED if given.get(name) is None]
    if missing:
        raise InvalidStoreError(f"expected the whole store, missing are: {', '.join(missing)}")
    if given["storeId"] != store.store_id:
        raise InvalidStoreError(f"expected storeId {store.store_id}, found {given['storeId']!r}")
    for mapping in given.get("statusMappings") or []:
        if not isinstance(mapping, Mapping) or mapping.get("orderStatus") not in STATUSES:
            raise InvalidStoreError(f"expected mappings of statuses, found {mapping!r}")
    own = {name: store.resource[name] for name in _OWN if name in store.resource}
    store.resource = {**given, **own, "modifyDate": now}
