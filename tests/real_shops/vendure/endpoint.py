"""One of Vendure's two GraphQL endpoints, as one person uses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp

from tests.real_shops.machine import Api, ShopFailedError


class Endpoint:
    """The endpoint at `place`; `headers` go into every request."""

    def __init__(self, session: aiohttp.ClientSession, url: str, place: str) -> None:
        self._api = Api(session, url)
        self._place = place
        self.headers = self._api.headers

    async def ask(
        self,
        query: str,
        variables: Any = None,
        *,
        notice: Callable[..., None] | None = None,
    ) -> Any:
        """The answer's data. Raises `ShopFailedError` also for a refusal under 200."""
        answer = await self._api.ask(
            "POST", self._place, {"query": query, "variables": variables or {}}, notice=notice
        )
        data = answer.get("data")
        faults = (
            [answer["errors"]]
            if answer.get("errors")
            else [each for each in (data or {}).values() if "errorCode" in (each or {})]
        )
        if faults:
            raise ShopFailedError(f"{query[:200]}: {faults}")
        return data
