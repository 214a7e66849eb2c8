"""Who is asking: the store named in the URL and proof that the caller may speak for it, before
anything else is looked at.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import structlog
from aiohttp import web

from connectors.interface import Remark
from proxy.doors.custom_store.requests import Credentials, credentials_match, parse_credentials
from proxy.server.admission.clients import has_forwarded
from proxy.server.admission.connections import CONNECTION, prove_client
from proxy.server.admission.proxy_remark import describe_proxy, name_proxy
from proxy.server.keys import (
    CLIENT,
    FAILED_LOGINS,
    LOG_PACE,
    METRICS,
    PROXIES,
    REMARKS,
    STORES,
    WATCH,
)
from proxy.settings.models import CredentialSettings
from proxy.stores import Store

_WRONG = (
    "wrong user name or password; compare ShipStation's form with the store's credentials in"
    " Portside's settings"
)
_MISSING = (
    "no user name and password arrived; if they were typed into ShipStation, a server in between"
    " drops the Authorization header"
)
_log = structlog.get_logger("portside.server")


class UnknownStoreError(Exception):
    """No store of this name is configured."""


class WrongCredentialsError(Exception):
    """The caller gave no credentials, or wrong ones."""


class TooManyLoginsError(Exception):
    """The caller gave wrong credentials too often; `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


async def authenticate_store(request: web.Request) -> Store:
    """The store that the URL names, once the request has proved that it may ask.

    A right login is never delayed. A wrong one waits the longer the more of them its client sent.

    Raises one of the three errors above.
    """
    store = request.app[STORES].get(request.match_info["name"])
    if store is None:
        raise UnknownStoreError(
            "no store of this name; a custom store's URL ends in /stores/ and the name given in"
            " Portside's settings"
        )
    offered = parse_credentials(request.headers, request.query)
    valid = [pair for entry in store.settings.credentials for pair in _list_valid(entry)]
    if credentials_match(offered, valid):
        right = next(offer for offer in offered if credentials_match((offer,), valid))
        request.app[FAILED_LOGINS].forgive(store.name, request[CLIENT], right.username or "")
        prove_client(request)
        _note_proxy(request, store)
        return store
    names = [offer.username or "" for offer in offered]
    await delay_refusal(request, store.name, request[CLIENT], names)
    raise WrongCredentialsError(_WRONG if offered else _MISSING)


async def delay_refusal(
    request: web.Request, store: str, client: str, usernames: Sequence[str]
) -> None:
    """Count and log a failed login of `client` under the first of `usernames`, and let it wait.

    Where there is none no guess was made, and nothing waits. `store` is `""` for the operator's
    side.

    Raises TooManyLoginsError after too many.
    """
    request.app[METRICS].count_failed_login(store=store)
    request.app[WATCH].note_failed_login(store, client)
    if count := request.app[LOG_PACE].count(("login", store), time.monotonic()):
        _log.warning(
            "Login refused.",
            side="public" if store else "admin",
            offered=len(usernames),
            client=client,
            count=count,
        )
    if not usernames:
        return
    failed = request.app[FAILED_LOGINS].record(store, client, usernames[0], time.monotonic())
    if failed.delay and (connection := request.get(CONNECTION)) is not None:
        await connection.wait(failed.delay)
    if failed.retry_after is not None:
        raise TooManyLoginsError(
            "too many wrong logins from this address; correct the user name and password, then"
            " wait a minute",
            failed.retry_after,
        )


def _note_proxy(request: web.Request, store: Store) -> None:
    """Tell the operator of a proxy through which ShipStation comes and which is not trusted."""
    peer = request.remote or ""
    if has_forwarded(request.headers) and not request.app[PROXIES].trusts(peer):
        remark = Remark(about=name_proxy(peer), text=describe_proxy(peer))
        request.app[REMARKS].take(store.name, remark)


def _list_valid(entry: CredentialSettings) -> list[Credentials]:
    pairs = []
    if entry.username:
        pairs.append(
            Credentials(username=entry.username, password=entry.password.get_secret_value())
        )
    if key := entry.auth_key.get_secret_value():
        pairs.append(Credentials(password=key))
    return pairs
