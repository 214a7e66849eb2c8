"""Tags of the account, by name or id, and the orders that bear one.

Sources: docs.shipstation.com, API v1, "List Account Tags" and "List Orders by Tag", which wants a
status, too, so that each is asked for.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from proxy.account.client import AccountClient
from proxy.account.listing import EVER, ORDERS, TAGS, LongList, fetch_list, walk_list
from proxy.account.rows import OrderRow, TagRow
from proxy.doors.custom_store.words import ACCOUNT_STATUSES
from proxy.settings.problems import did_you_mean


class _TaggedOrders(LongList, frozen=True, kw_only=True):
    """Orders by tag and status, which are not asked for by date."""

    @property
    def path(self) -> str:
        """Beside the list of all orders, under whose name they come."""
        return "/orders/listbytag"


_TAGGED = _TaggedOrders(name=ORDERS.name, row=ORDERS.row, key=ORDERS.key, by_date=False)


async def find_tag(client: AccountClient, tag: str) -> int:
    """The id of the tag that is called so, or has this id. Raises LookupError, with a sentence,
    for one that the account does not have, and `ConnectorError`.
    """
    tags: Sequence[TagRow] = await fetch_list(client, TAGS)
    return choose_tag(tags, tag)


def choose_tag(tags: Sequence[TagRow], tag: str) -> int:
    """As `find_tag`, among these tags. The name counts before the id, and its case only where two
    names differ in nothing else.
    """
    for found in (
        [each for each in tags if each.name == tag],
        [each for each in tags if (each.name or "").casefold() == tag.casefold()],
        [each for each in tags if str(each.tag_id) == tag],
    ):
        if found:
            return found[0].tag_id
    names = [each.name for each in tags if each.name]
    known = ", ".join(names) or "none"
    raise LookupError(f"expected one of {known}{did_you_mean(tag, names)}, found {tag!r}")


async def walk_tagged(client: AccountClient, tag_id: int) -> AsyncGenerator[OrderRow, None]:
    """The orders of all stores that bear a tag, status after status. Close the generator where it
    is left early. Raises `ConnectorError`.
    """
    for status in ACCOUNT_STATUSES.values():
        wanted = (("orderStatus", status), ("tagId", str(tag_id)))
        async with aclosing(walk_list(client, _TAGGED, EVER, wanted)) as rows:
            async for row in rows:
                yield row
