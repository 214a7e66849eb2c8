"""Who is asking: the store named in the URL and proof that the caller may speak for it, before
anything else is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from aiohttp import web

from proxy.doors.custom_store.requests import Credentials, credentials_match, parse_credentials
from proxy.settings.models import CredentialSettings
from proxy.stores import Store

_log = structlog.get_logger("portside.server")


class UnknownStoreError(Exception):
    """No store of this name is configured."""


class WrongCredentialsError(Exception):
    """The caller gave no credentials, or wrong ones."""


def authenticated_store(request: web.Request, stores: Mapping[str, Store]) -> Store:
    """The store that the URL names, once the request has proved that it may ask.

    Raises one of the two errors above.
    """
    store = stores.get(request.match_info["name"])
    if store is None:
        raise UnknownStoreError(
            "no store of this name; a custom store's URL ends in /stores/ and the name given in"
            " Portside's settings"
        )
    offered = parse_credentials(request.headers, request.query)
    valid = [pair for entry in store.settings.credentials for pair in _valid(entry)]
    if not credentials_match(offered, valid):
        _log.warning(
            "wrong credentials", store=store.name, offered=len(offered), client=request.remote or ""
        )
        if not offered:
            raise WrongCredentialsError(
                "no user name and password arrived; if they were typed into ShipStation, a server"
                " in between drops the Authorization header"
            )
        raise WrongCredentialsError(
            "wrong user name or password; compare ShipStation's form with the store's credentials"
            " in Portside's settings"
        )
    return store


def _valid(entry: CredentialSettings) -> list[Credentials]:
    pairs = []
    if entry.username:
        pairs.append(
            Credentials(username=entry.username, password=entry.password.get_secret_value())
        )
    if key := entry.auth_key.get_secret_value():
        pairs.append(Credentials(password=key))
    return pairs
