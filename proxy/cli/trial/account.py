"""`portside simulate --account`: a fake ShipStation account in front of a store, until it is
stopped.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import click
import msgspec

from proxy.cli.serve import watch_for_stop
from proxy.cli.target import Target
from proxy.simulator.account.fake import LOOPBACK, FakeAccount
from proxy.simulator.account.stores import Store
from proxy.simulator.account.traits import WORDS, Fate, Faults, Traits
from proxy.simulator.exam import CouldNotRunError

_SINCE = timedelta(days=1)
# As many orders as `simulate --notices` ships, one of them without a notice to the store.
_LABELS = 5
_LOST = 1


class AccountPlay(msgspec.Struct, frozen=True, kw_only=True):
    """How the account is played: `every` and `live` are real spans, `live` None without an end.

    `shippable` are the store's words for orders that may be shipped; with `notices` some of them
    are. `faults` are the shares of notices that go wrong; without any, one of these labels is told
    to nobody.
    """

    every: timedelta
    live: timedelta | None
    port: int
    notices: bool
    shippable: frozenset[str]
    faults: Faults | None = None


async def play_account(target: Target, play: AccountPlay) -> None:
    """Open the account, import from the store, and tell what happens until it is to end.

    Raises CouldNotRunError if the port is taken or the store cannot be imported from.
    """
    async with AsyncExitStack() as stack:
        account = await _open_account(stack, play)
        store = await account.connect_store(
            "Simulated store",
            str(target.url),
            target.credentials,
            login=target.login,
            words=_choose_words(play.shippable),
            since=_tell_time() - (target.span or _SINCE),
            patience=target.patience,
            trial=True,
        )
        store.is_told = play.notices
        click.echo(_describe(account, store))
        await account.settle()
        if store.resource["refreshDate"] is None:
            seen = store.refresh.word.removeprefix("Error: ")
            raise CouldNotRunError(f"{store.address}: the first import failed: {seen}")
        if play.notices:
            _make_labels(account, by_chance=play.faults is not None)
        await _follow(account, play.live)
        click.echo(_sum_up(account))


async def _open_account(stack: AsyncExitStack, play: AccountPlay) -> FakeAccount:
    traits = Traits(poll_every=play.every)
    account = FakeAccount(
        _tell_time, traits=traits, faults=play.faults, port=play.port, report=click.echo
    )
    try:
        return await stack.enter_async_context(account)
    except OSError as error:
        words = os.strerror(error.errno).lower() if error.errno else str(error)
        raise CouldNotRunError(
            f"{LOOPBACK}:{play.port}: cannot listen there ({words}); give another --port"
        ) from error


async def _follow(account: FakeAccount, live: timedelta | None) -> None:
    """Let the account do what falls due, until the time is over or the process is to stop."""
    following = asyncio.create_task(account.agenda.follow())
    try:
        if live is None:
            await watch_for_stop().wait()
        else:
            await asyncio.sleep(live.total_seconds())
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


def _make_labels(account: FakeAccount, *, by_chance: bool) -> None:
    waiting = [
        order
        for order in account.books.orders.values()
        if order.order_status == "awaiting_shipment"
    ]
    for number, order in enumerate(waiting[:_LABELS]):
        chosen = Fate.LOST_SILENTLY if number == _LOST else Fate.SENT
        account.make_label(order, fate=None if by_chance else chosen)


def _choose_words(shippable: frozenset[str]) -> Mapping[str, str]:
    return {**WORDS, **dict.fromkeys(sorted(shippable), "awaiting_shipment")}


def _describe(account: FakeAccount, store: Store) -> str:
    return (
        f"A fake ShipStation account in front of {store.address}\n"
        f"  address   {account.url}\n"
        f"  key       {account.key}\n"
        f"  secret    {account.secret}\n"
        f"  store id  {store.store_id}\n"
        f"  try it    curl -u {account.key}:{account.secret} '{account.url}/orders?pageSize=5'"
    )


def _sum_up(account: FakeAccount) -> str:
    books = account.books
    return (
        f"{len(books.orders)} orders, {len(books.shipments)} labels, {len(books.fulfillments)}"
        f" marked as shipped, {len(account.notifier.sent)} notices sent,"
        f" {len(account.webhooks.sent)} webhooks, {len(account.calls)} requests to the API"
    )


def _tell_time() -> datetime:
    return datetime.now(UTC)
