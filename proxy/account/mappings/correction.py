"""Reading a store's status words from ShipStation, and writing them right.

ShipStation cannot refuse a change when another program has changed the store meanwhile. So the
store is read again right before it is written, and once more after that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from connectors.errors import PermanentError
from connectors.orders import OrderStatus
from proxy.account.client import AccountClient
from proxy.account.mappings.resource import StoreResource, read_resource
from proxy.account.mappings.words import WrongWord, correct_entries, find_wrong_words, list_words


class NotCorrectedError(PermanentError):
    """The status words in ShipStation are not known to be right; the message says why, and what to
    do.
    """


class WordsReading(msgspec.Struct, frozen=True, kw_only=True):
    """A store of the account, and those of the `words` of orders that it does not understand."""

    store_id: int
    words: Mapping[OrderStatus, str]
    resource: StoreResource

    @property
    def is_shown(self) -> bool:
        """Whether ShipStation shows this store's words at all."""
        return bool(self.resource.mappings)

    @property
    def known_words(self) -> Sequence[str]:
        """All words that the store understands."""
        return list_words(self.resource.mappings)

    @property
    def wrong(self) -> Sequence[WrongWord]:
        """The words that are not understood as they are meant; none where none are shown."""
        return find_wrong_words(self.resource.mappings, self.words) if self.is_shown else ()


async def read_words(
    client: AccountClient, store_id: int, words: Mapping[OrderStatus, str]
) -> WordsReading:
    """How the store understands the `words` of orders. Raises `ConnectorError`."""
    resource = await read_resource(client, store_id)
    return WordsReading(store_id=store_id, words=words, resource=resource)


async def correct_words(client: AccountClient, seen: WordsReading) -> None:
    """Have the store understand all words that it was `seen` not to.

    Nothing is written where ShipStation does not show the words, or where the store was changed
    since it was seen: `NotCorrectedError`, as where they are not right afterwards. Raises
    `ConnectorError`.
    """
    store = f"ShipStation's store {seen.store_id}"
    if not seen.is_shown:
        raise NotCorrectedError(
            f"{store} does not show its status words, so they cannot be written. Compare them in"
            " ShipStation's settings of the store."
        )
    if seen.resource.modify_date is None:
        raise NotCorrectedError(
            f"{store} does not show when it was last changed, so that a change by another program"
            " could be lost. Nothing was written. Correct the words in ShipStation."
        )
    now = await _read_again(client, seen)
    if now.resource.modify_date != seen.resource.modify_date:
        raise NotCorrectedError(
            f"{store} was changed while its status words were compared. Nothing was written. Try"
            " again."
        )
    content = now.resource.write_with(correct_entries(now.resource.entries, now.wrong))
    await client.change(Any, "PUT", f"/stores/{seen.store_id}", content)
    after = await _read_again(client, seen)
    if changed := now.resource.find_changes(after.resource):
        raise NotCorrectedError(
            f"{store} has its status words written, and these of its fields are no longer what"
            f" they were before: {', '.join(changed)}. Compare the store's settings in ShipStation."
        )
    if after.wrong or not after.is_shown:
        raise NotCorrectedError(
            f"{store} was written, and ShipStation still shows other status words. Correct them in"
            " ShipStation's settings of the store."
        )


async def _read_again(client: AccountClient, seen: WordsReading) -> WordsReading:
    return await read_words(client, seen.store_id, seen.words)
