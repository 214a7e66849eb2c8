"""A store of the account as ShipStation sends it, of which one value can be replaced.

ShipStation takes a store only whole: what is left out of it is lost (docs.shipstation.com, API v1,
"Update store"). So every field is kept as it was written, also those that no document names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from connectors.errors import UnreadableResponseError
from proxy.account.client import AccountClient
from proxy.account.mappings.words import Entry, read_entry
from proxy.account.rows import StatusMapping

_MAPPINGS, _CHANGED = "statusMappings", "modifyDate"
# ShipStation sets these by itself, also between two readings.
_ITS_OWN = (_CHANGED, "refreshDate", "lastRefreshAttempt")
_ENTRIES = msgspec.json.Decoder(list[dict[str, msgspec.Raw]] | None)


class StoreResource(msgspec.Struct, frozen=True):
    """`fields` are the store's, by name and in the sequence of the answer, each as it was written
    there.
    """

    fields: Mapping[str, msgspec.Raw]

    @property
    def modify_date(self) -> Any:
        """When the store was last changed, as ShipStation writes it; None where it does not."""
        return self._read(_CHANGED)

    @property
    def entries(self) -> Sequence[Entry]:
        """Its status mappings; none where ShipStation does not show them.

        Raises `UnreadableResponseError`.
        """
        try:
            return _ENTRIES.decode(self.fields.get(_MAPPINGS, b"null")) or ()
        except msgspec.ValidationError as error:
            raise _name_mappings(error) from error

    @property
    def mappings(self) -> Sequence[StatusMapping]:
        """As `entries`, in words."""
        try:
            return [read_entry(entry) for entry in self.entries]
        except msgspec.ValidationError as error:
            raise _name_mappings(error) from error

    def write_with(self, entries: Sequence[Entry]) -> bytes:
        """The whole store with these status mappings, and nothing else changed."""
        changed = {**self.fields, _MAPPINGS: msgspec.Raw(msgspec.json.encode(entries))}
        return msgspec.json.encode(changed)

    def find_changes(self, later: StoreResource) -> Sequence[str]:
        """The fields that are not the same in a `later` reading, other than the status mappings
        and what ShipStation sets by itself.
        """
        names = {*self.fields, *later.fields} - {_MAPPINGS, *_ITS_OWN}
        return sorted(name for name in names if self._read(name) != later._read(name))

    def _read(self, name: str) -> Any:
        raw = self.fields.get(name)
        return None if raw is None else msgspec.json.decode(raw)


async def read_resource(client: AccountClient, store_id: int) -> StoreResource:
    """A store of the account. Raises `ConnectorError`."""
    return StoreResource(await client.fetch(dict[str, msgspec.Raw], f"/stores/{store_id}"))


def _name_mappings(error: msgspec.ValidationError) -> UnreadableResponseError:
    return UnreadableResponseError(f"ShipStation's store: {_MAPPINGS}: {error}.")
