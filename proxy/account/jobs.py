"""What is done for a key of ShipStation's API by itself: periodic jobs, and the stores that share
the key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta

import msgspec

from connectors.errors import ConnectorError
from proxy.account.client import AccountClient, name_key
from proxy.settings.account import AccountSettings
from proxy.storage.account.job_times import JobPace
from proxy.stores import Store

_RETRY = timedelta(minutes=1)
# Of the time within which a parcel is to be found; the rest is for the run itself.
_SHARE = 0.8
JobCall = Callable[[AccountClient, Sequence[Store]], Awaitable[None]]


class AccountKey(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A key and the stores whose settings name it. `name` is that of its budget; `settings` say
    how to ask with it.
    """

    name: str
    settings: AccountSettings
    stores: tuple[Store, ...]

    def find_pause(self) -> timedelta | None:
        """How long after the start of one run the next one begins, so that a parcel is found within
        the shortest `reconcile.every` of its stores although a run takes time and its process may
        be killed; None where all say `never`.
        """
        accounts = [store.settings.account for store in self.stores]
        pauses = [account.reconcile.every for account in accounts if account is not None]
        shortest = min((pause for pause in pauses if pause != "never"), default=None)
        return None if shortest is None else shortest * _SHARE


class Job(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One periodic job of a key.

    `call` is given a client and the stores of the key, `every` so long from one start to the next.
    Only one process at a time does the jobs of a key, one after the other. A call may end at any
    point, by a kill too, and is then made again, so it must be safe to repeat. What it raises is
    remarked to the key's stores, and the call is made again after `retry`. `wakes_on` are the types
    of ShipStation's webhooks that make the job due at once, but no oftener than `rest`.
    """

    name: str
    every: timedelta
    call: JobCall
    retry: timedelta = _RETRY
    wakes_on: frozenset[str] = frozenset()
    rest: timedelta = timedelta(0)

    @property
    def pace(self) -> JobPace:
        """How often it is done."""
        return JobPace(every=self.every, at_most_every=self.rest)


def ask_each(call: Callable[[AccountClient, Store], Awaitable[None]]) -> JobCall:
    """Make `call` for one store after the other, also behind one that fails; the first error is
    raised at the end. A StorageError ends it at once.
    """

    async def ask(client: AccountClient, stores: Sequence[Store]) -> None:
        errors = list[ConnectorError]()
        for store in stores:
            try:
                await call(client, store)
            except ConnectorError as error:
                errors.append(error)
        if errors:
            raise errors[0]

    return ask


def group_keys(stores: Iterable[Store]) -> Sequence[AccountKey]:
    """The keys that the settings name, each with its stores. Where these say different things of
    one key, the smallest rate counts, and else the first store's word.
    """
    found = dict[str, AccountKey]()
    for store in stores:
        account = store.settings.account
        if account is None:
            continue
        name = name_key(account.url, account.api_key.get_secret_value())
        known = found.get(name)
        if known is None:
            found[name] = AccountKey(name=name, settings=account, stores=(store,))
            continue
        slower = min(known.settings, account, key=lambda settings: settings.rate)
        found[name] = AccountKey(
            name=name,
            settings=known.settings.model_copy(update={"rate": slower.rate}),
            stores=(*known.stores, store),
        )
    return list(found.values())
