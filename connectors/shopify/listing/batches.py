"""Facts about single orders, asked for in batches, so that one order the shop fails over costs that
order alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from connectors.concurrency import run_together
from connectors.errors import PartError
from connectors.shopify.api import queries
from connectors.shopify.api.graphql_client import GraphqlClient
from connectors.upstream.isolation import Isolation

_R = TypeVar("_R")
Ask = Callable[[Sequence[int]], Awaitable[Mapping[int, _R | PartError]]]


async def ask_in_batches(
    isolation: Isolation, about: str, numbers: Sequence[int], ask: Ask[_R], probe: GraphqlClient
) -> dict[int, _R | PartError]:
    """What `ask` says of each of these numbers; a batch that fails is halved, and what fails alone
    is an error in its place.

    Raises what is the shop's own fault.
    """

    async def answer_probe() -> None:
        await probe.ask(queries.STAMPS, {"first": 1, "query": "status:any"}, object)

    async def ask_one(number: int) -> Mapping[int, _R | PartError]:
        try:
            return await isolation.fetch(about, partial(ask, [number]), probe=answer_probe)
        except PartError as error:
            return {number: error}

    found: dict[int, _R | PartError] = {}
    waiting, single = deque([numbers]), list[int]()
    while waiting:
        batch = waiting.popleft()
        if len(batch) == 1:
            single += batch
            continue
        try:
            found |= await isolation.fetch(about, partial(ask, batch), probe=answer_probe)
        except PartError:
            half = len(batch) // 2
            waiting += [batch[:half], batch[half:]]
    # Single ones come last and together, so that one that answers speaks for the others.
    for answer in await run_together(*map(ask_one, single)):
        found |= answer
    return found
