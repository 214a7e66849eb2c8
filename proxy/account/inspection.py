"""What `portside account check` finds: is the key right, which of the account's stores is ours, and
do the names in the settings exist there.

Nothing is written. What ShipStation does not show is told as unknown, not as wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from connectors.fieldmap.sources import FieldSource
from connectors.interface import CheckLevel, Finding
from proxy.account.after_import.targets import TargetFinder
from proxy.account.audit import leads_to_store
from proxy.account.client import AccountClient
from proxy.account.listing import STORES, WAREHOUSES, fetch_list, fetch_services
from proxy.account.mappings.correction import WordsReading, read_words
from proxy.account.rows import StoreRow
from proxy.account.webhooks import find_missing, list_hooks, place_webhooks
from proxy.doors.custom_store.words import fill_status_words
from proxy.settings.account import AccountSettings
from proxy.settings.account.after_import import AfterImportSettings
from proxy.settings.problems import did_you_mean
from proxy.settings.store import StoreSettings

_LONGEST_NAMES = 300


async def inspect_account(
    client: AccountClient, name: str, settings: StoreSettings, account: AccountSettings
) -> Sequence[Finding]:
    """What there is to say of the account of the store `name`. Raises `ConnectorError` where the
    account does not answer.
    """
    stores: Sequence[StoreRow] = await fetch_list(client, STORES)
    findings = [_approve(f"ShipStation accepts the key and shows {len(stores)} stores")]
    findings += find_stand_in(account)
    store, found = _find_store(stores, name, account.store_id)
    findings.append(found)
    if store is not None:
        words = fill_status_words(settings.status_words)
        findings += find_word_faults(await read_words(client, store.store_id, words))
    warehouses = [each.warehouse_name for each in await fetch_list(client, WAREHOUSES)]
    findings += _compare_warehouses(settings.fields.requested_warehouse, _drop_empty(warehouses))
    if account.webhooks is not None and account.store_id is not None:
        place = place_webhooks(name, account.store_id, account.webhooks)
        findings.append(_compare_webhooks(find_missing(await list_hooks(client), place)))
    findings += await _compare_targets(client, account.after_import)
    wanted = {*settings.shipping_methods.values(), settings.default_shipping_method} - {""}
    if wanted:
        services = _drop_empty(each.name for each in await fetch_services(client))
        findings += _compare_services(sorted(wanted), services)
    return findings


def find_stand_in(account: AccountSettings) -> Iterator[Finding]:
    """A warning where the key goes to another address than ShipStation's."""
    if account.stands_in:
        host = urlsplit(account.url).hostname
        what = f"`account.url` is {host}, which stands in for ShipStation"
        yield _warn(what, "remove `url` once you have tried it")


def _find_store(
    stores: Sequence[StoreRow], name: str, store_id: int | None
) -> tuple[StoreRow | None, Finding]:
    """The account's store that is ours, or None, and what there is to say of it."""
    known = next((store for store in stores if store.store_id == store_id), None)
    likely = [each for each in stores if leads_to_store(each.integration_url, name)]
    advice = "set `account.store_id` to one that `portside account stores` shows"
    if store_id is None:
        if len(likely) == 1:
            advice = f"set `account.store_id: {likely[0].store_id}`, whose URL ends like this one's"
        what = "`account.store_id` is not set, so ShipStation's store is not known"
        return None, _warn(what, advice)
    if known is None:
        what = f"ShipStation shows no active store {store_id}, which `account.store_id` names"
        return None, Finding(level=CheckLevel.PROBLEM, what=what, advice=advice)
    if known.integration_url and not leads_to_store(known.integration_url, name):
        what = f"ShipStation's store {store_id} has a URL that does not end in /stores/{name}"
        return known, _warn(what, f"compare it in ShipStation, or {advice}")
    return known, _approve(f"ShipStation's store {store_id} is {known.store_name!r}")


def find_word_faults(reading: WordsReading) -> Iterator[Finding]:
    """The words that orders carry, and those that ShipStation's store understands."""
    if not reading.is_shown:
        what = "ShipStation does not show this store's status words, so they cannot be compared"
        yield _approve(what)
        return
    for wrong in reading.wrong:
        known = "" if wrong.meant else did_you_mean(wrong.word, reading.known_words)
        yield Finding(
            level=CheckLevel.PROBLEM,
            what=f"{wrong.fault}{known}",
            advice=(
                "run `portside account mappings --write`, change the word in ShipStation's store"
                " settings, or set `status_words`"
            ),
        )
    if not reading.wrong:
        yield _approve("ShipStation's store understands all five status words")


def _compare_warehouses(source: FieldSource | None, known: Sequence[str]) -> Iterator[Finding]:
    """The names that `fields.requested_warehouse` can be known to give; those that an expression
    takes from an order cannot.
    """
    if source is None:
        return
    given = {source.value, source.default, *source.table.values()}
    wanted = sorted(str(each) for each in given if each not in {None, ""})
    wrong = [name for name in wanted if name not in known]
    for name in wrong:
        yield _warn(
            f"no warehouse of the account is called {name!r}, which `fields.requested_warehouse`"
            f" gives{did_you_mean(name, known)}",
            f"its warehouses are: {_join(known)}",
        )
    if source.sources:
        what = (
            "`fields.requested_warehouse` takes names from the order, which cannot be compared"
            " beforehand; they must be called as the account's warehouses: "
        )
        yield _approve(what + _join(known))
    if wanted and not wrong:
        yield _approve("the account has each warehouse that `fields.requested_warehouse` names")


def _compare_services(wanted: Sequence[str], known: Sequence[str]) -> Iterator[Finding]:
    """What `shipping_methods` asks for. ShipStation takes any text, and maps what it has no service
    for by its own rules.
    """
    folded = {name.casefold() for name in known}
    wrong = [name for name in wanted if name.casefold() not in folded]
    for name in wrong:
        yield _warn(
            f"no service of the account's carriers is called {name!r}, which `shipping_methods`"
            f" asks for{did_you_mean(name, known)}",
            "correct it, or map it to a service in ShipStation; `portside account services` shows"
            " the names",
        )
    if not wrong:
        yield _approve("the account's carriers have each service that `shipping_methods` names")


def _compare_webhooks(missing: Sequence[str]) -> Finding:
    if not missing:
        return _approve("ShipStation's webhooks call the address in `account.webhooks`")
    what = f"ShipStation does not send {_join(missing)} to the address in `account.webhooks`"
    return _warn(what, "run `portside account webhooks register`")


async def _compare_targets(
    client: AccountClient, rules: Sequence[AfterImportSettings]
) -> Sequence[Finding]:
    """The users and tags that `after_import` names."""
    finder = TargetFinder(client)
    for rule in rules:
        if rule.assign_user:
            await finder.find_user(rule.assign_user)
        if rule.add_tag:
            await finder.find_tag(rule.add_tag)
    if rules and not finder.unknown:
        return [_approve("the account has each user and tag that `after_import` names")]
    advice = "correct it; `portside account users` and `portside account tags` show the names"
    return [_warn(f"after_import: {each}", advice) for each in finder.unknown]


def _drop_empty(names: Iterable[str | None]) -> Sequence[str]:
    return [name for name in names if name]


def _join(names: Sequence[str]) -> str:
    text = ", ".join(names) or "none"
    return text if len(text) <= _LONGEST_NAMES else f"{text[:_LONGEST_NAMES]}…"


def _approve(what: str) -> Finding:
    return Finding(level=CheckLevel.OK, what=what)


def _warn(what: str, advice: str) -> Finding:
    return Finding(level=CheckLevel.WARNING, what=what, advice=advice)
