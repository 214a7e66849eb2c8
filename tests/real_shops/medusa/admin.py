"""What Medusa's own people do in the admin: log in and create things."""

from __future__ import annotations

from typing import Any

from tests.real_shops.machine import Api


class Admin(Api):
    """The admin's API."""

    async def log_in(self, email: str, password: str) -> None:
        """As the user that the command line made."""
        found = await self.ask(
            "POST", "/auth/user/emailpass", {"email": email, "password": password}
        )
        self.headers["Authorization"] = f"Bearer {found['token']}"

    async def create(self, path: str, what: str, **given: Any) -> str:
        """The id of something new."""
        found = await self.ask("POST", f"/admin/{path}", given)
        made: str = found[what]["id"]
        return made
