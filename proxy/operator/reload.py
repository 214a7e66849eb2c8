"""Settings that are read again while Portside runs: the stores follow them, and what cannot be
changed without a restart is named.
"""

from __future__ import annotations

import structlog

from connectors.interface import ConnectorType
from proxy.live_stores import LiveStores, is_same
from proxy.operator.account_jobs import AccountWork
from proxy.operator.gauges import GaugeKeeper
from proxy.settings.loader import TypeFinder
from proxy.settings.models import Settings

_log = structlog.get_logger("portside.operator")


class Reloader:
    """Brings a running Portside to new settings; one call at a time."""

    def __init__(
        self,
        settings: Settings,
        find_kind: TypeFinder,
        kinds: dict[str, ConnectorType],
        stores: LiveStores,
        accounts: AccountWork,
        gauges: GaugeKeeper,
    ) -> None:
        self._settings = settings
        self._find_kind = find_kind
        self._kinds = kinds
        self._stores = stores
        self._accounts = accounts
        self._gauges = gauges

    async def follow(self, settings: Settings) -> None:
        """Open, replace and let go stores as `settings` say. Raises nothing: a store that cannot be
        opened leaves everything as it is, with a line in the log.
        """
        types = {store.connector.type for store in settings.stores.values()}
        self._kinds.update({name: self._find_kind(name) for name in types})
        before = frozenset(self._stores)
        try:
            changed = await self._stores.change(settings.stores)
        except Exception:  # noqa: BLE001 -- what runs must go on, whatever a connector does
            _log.exception("Settings not reloaded.", advice="The old ones are in force.")
            return
        await self._accounts.follow()
        await self._gauges.fill()
        after = frozenset(settings.stores)
        lists = {
            "opened": after - before,
            "closed": before - after,
            "replaced": frozenset(changed) & before & after,
            "unchanged": after.difference(changed),
        }
        shown = {what: ", ".join(sorted(names)) for what, names in lists.items() if names}
        said = "; ".join(f"{what} {names}" for what, names in shown.items())
        _log.info(
            "Settings reloaded.", said=f"the settings were read again: stores {said}", **shown
        )
        self._name_rest(settings)

    def _name_rest(self, settings: Settings) -> None:
        """Say which changes wait for a restart."""
        waiting = [
            name
            for name in Settings.model_fields
            if name != "stores"
            and not is_same(getattr(settings, name), getattr(self._settings, name))
        ]
        if waiting:
            _log.warning(
                "Settings need a restart.",
                said=f"restart Portside for the new {', '.join(waiting)}: the old ones are in"
                " force until then",
                settings=", ".join(waiting),
            )
