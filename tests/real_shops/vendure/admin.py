"""What Vendure's own people do in the dashboard: log in and create things."""

from __future__ import annotations

from typing import Any

import aiohttp

from tests.real_shops.vendure.endpoint import Endpoint


class Admin(Endpoint):
    """The superadmin."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        super().__init__(session, url, "/admin-api")

    async def log_in(self) -> None:
        """As the superadmin."""

        def keep(response: aiohttp.ClientResponse) -> None:
            self.headers["Authorization"] = f"Bearer {response.headers['vendure-auth-token']}"

        await self.ask(
            'mutation { login(username: "superadmin", password: "superadmin") { __typename } }',
            notice=keep,
        )

    async def create(self, what: str, **given: Any) -> str:
        """The id of something new; `given` is its input."""
        kind = f"Create{what}Input"
        found = await self.ask(
            f"mutation($input: {kind}!) {{ made: create{what}(input: $input) {{ ... on Node {{ id"
            " } } }",
            {"input": given},
        )
        made: str = found["made"]["id"]
        return made


def translate(name: str) -> list[dict[str, str]]:
    """A name in the one language there is."""
    return [{"languageCode": "en", "name": name}]
