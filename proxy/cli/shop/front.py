"""What `check` finds at the front door: logins that are easy to guess, and proxies that are not
trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors.interface import CheckLevel, Finding
from proxy.server.admission.clients import Proxies
from proxy.server.admission.proxy_remark import describe_proxy, find_proxy
from proxy.settings.models import Settings, StoreSettings
from proxy.settings.problems import shown_path
from proxy.storage.database import Database
from proxy.storage.errors import StorageError
from proxy.storage.shops.remarks import DatabaseRemarks
from proxy.storage.sqlite import missing_file

# Who knows the address may guess at any time; a random text of this length is never guessed.
_SHORTEST_PASSWORD = 12


def find_weak_logins(settings: Settings, stores: Mapping[str, StoreSettings]) -> Iterator[Finding]:
    """A warning for each password or key that is short, or the user name again."""
    for name, store in stores.items():
        for number, login in enumerate(store.credentials):
            place = shown_path(("stores", name, "credentials", number))
            password = login.password.get_secret_value()
            if password and password.casefold() == login.username.casefold():
                yield _warn(f"{place}: the password is the user name")
            elif password:
                yield from _measure(f"{place}.password", password)
            yield from _measure(f"{place}.auth_key", login.auth_key.get_secret_value())
        if store.webhooks is not None:
            secret = store.webhooks.secret.get_secret_value()
            yield from _measure(f"stores.{name}.webhooks.secret", secret)
    yield from _measure("admin.password", settings.admin.password.get_secret_value())


async def find_untrusted_proxies(
    settings: Settings, stores: Mapping[str, StoreSettings]
) -> list[Finding]:
    """A warning for each address that forwarded ShipStation's requests of late and is not in
    `trusted_proxies`, as the running Portside saw it.
    """
    url = settings.database.get_secret_value()
    if missing_file(url) is not None:
        return []
    proxies = Proxies(settings.trusted_proxies)
    seen = dict[str, None]()
    try:
        async with Database.open(url) as database:
            for name in stores:
                remarks = await DatabaseRemarks(database).list_kept(name)
                found = (find_proxy(remark.about) for remark in remarks)
                seen.update((peer, None) for peer in found if peer and not proxies.trusts(peer))
    except StorageError:  # said where the database is checked
        return []
    return [Finding(level=CheckLevel.WARNING, what=describe_proxy(peer)) for peer in seen]


def _measure(place: str, secret: str) -> Iterator[Finding]:
    if secret and len(secret) < _SHORTEST_PASSWORD:
        length = "one character" if len(secret) == 1 else f"{len(secret)} characters"
        yield _warn(f"{place}: {length} can be guessed")


def _warn(what: str) -> Finding:
    advice = f"take a random text of at least {_SHORTEST_PASSWORD} characters"
    return Finding(level=CheckLevel.WARNING, what=what, advice=advice)
