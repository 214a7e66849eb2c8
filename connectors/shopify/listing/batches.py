"""Facts about single orders, asked for in batches, so that one order the shop fails over costs that
order alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

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

    try:
        return dict(await isolation.fetch(about, partial(ask, numbers), probe=answer_probe))
    except PartError as error:
        if len(numbers) == 1:
            return {numbers[0]: error}
        half = len(numbers) // 2
        first = await ask_in_batches(isolation, about, numbers[:half], ask, probe)
        return first | await ask_in_batches(isolation, about, numbers[half:], ask, probe)
