"""What a store's own expressions look up in products and customers: asked for by ids, and only if
an expression names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from cachetools import TTLCache

from connectors.errors import AuthenticationError, PartError
from connectors.shopify.api.graphql_client import GraphqlClient
from connectors.shopify.api.graphql_wire import Node, write_gid
from connectors.shopify.listing.batches import ask_in_batches
from connectors.shopify.mapping.whole import read_node
from connectors.upstream.isolation import Isolation

# With metafields of a product and of its variant these stay below the dearest query.
_BATCH = 15
_REMEMBERED = 2_000

Found = Mapping[str, Any] | PartError


class _Nodes(Node, frozen=True):
    nodes: tuple[msgspec.Raw, ...]


class DetailReader:
    """Asks one shop for things of one `kind` by `query`, an empty one for nothing; what was found
    is kept for `seconds`.
    """

    def __init__(
        self, client: GraphqlClient, isolation: Isolation, kind: str, query: str, seconds: float
    ) -> None:
        self._parts = client.for_parts(once=False)
        self._isolation = isolation
        self._kind = kind
        self._query = query
        self._known: TTLCache[int, Mapping[str, Any]] = TTLCache(_REMEMBERED, seconds)
        self._forbidden: PartError | None = None

    async def find(self, numbers: Iterable[int | None]) -> dict[int, Found]:
        """The things with these ids, empty for one that is deleted, and an error in place of one
        that the shop does not show although it shows others, or that the app has no right to.
        """
        wanted = {number for number in numbers if number} if self._query else set()
        found: dict[int, Found] = {
            number: self._known[number] for number in wanted if number in self._known
        }
        unknown = sorted(wanted - found.keys())
        for start in range(0, len(unknown), _BATCH):
            batch = unknown[start : start + _BATCH]
            if self._forbidden is None:
                try:
                    found |= await ask_in_batches(
                        self._isolation, self._kind, batch, self._read, self._parts
                    )
                    continue
                except AuthenticationError as error:
                    self._forbidden = PartError(str(error))
            found |= dict.fromkeys(batch, self._forbidden)
        for number in unknown:
            if not isinstance(one := found[number], PartError):
                self._known[number] = one
        return found

    async def _read(self, numbers: Sequence[int]) -> dict[int, Found]:
        ids = [write_gid(self._kind, number) for number in numbers]
        answer, failed = await self._parts.ask_rows(
            self._query, {"ids": ids}, _Nodes, size=len(ids)
        )
        found: dict[int, Found] = dict.fromkeys(numbers, PartError("Shopify says nothing of it."))
        for place, (number, raw) in enumerate(zip(numbers, answer.nodes, strict=False)):
            found[number] = PartError(failed[place]) if place in failed else read_node(raw)
        return found
