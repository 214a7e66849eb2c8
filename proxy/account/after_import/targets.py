"""The users and tags that the settings name, as the account knows them."""

from __future__ import annotations

from collections.abc import Sequence

from proxy.account.client import AccountClient
from proxy.account.listing import TAGS, USERS, fetch_list
from proxy.account.rows import TagRow, UserRow
from proxy.account.tags import choose_tag
from proxy.settings.problems import did_you_mean


class TargetFinder:
    """Finds them; each list is asked for once, when it is first needed. Raises `ConnectorError`."""

    def __init__(self, client: AccountClient) -> None:
        self._client = client
        self._tags: Sequence[TagRow] | None = None
        self._users: Sequence[UserRow] | None = None
        self._unknown = dict[str, str]()

    async def find_tag(self, name: str) -> str | None:
        """The id of a tag; None where the account has none of this name or id."""
        if self._tags is None:
            self._tags = await fetch_list(self._client, TAGS)
        try:
            return str(choose_tag(self._tags, name))
        except LookupError as error:
            self._unknown[f"tag {name}"] = f"add_tag: {error.args[0]}"
            return None

    async def find_user(self, name: str) -> str | None:
        """The id of a user, by name, user name or id; None where the account has no such user."""
        if self._users is None:
            self._users = await fetch_list(self._client, USERS)
        folded = name.casefold()
        for user in self._users:
            known = (user.user_id, user.user_name, user.name)
            if folded in {each.casefold() for each in known if each}:
                return user.user_id
        names = [user.name for user in self._users if user.name]
        known_names = ", ".join(names) or "none"
        self._unknown[f"user {name}"] = (
            f"assign_user: expected one of {known_names}{did_you_mean(name, names)}, found {name!r}"
        )
        return None

    @property
    def unknown(self) -> Sequence[str]:
        """A sentence for each name that was not found."""
        return list(self._unknown.values())
