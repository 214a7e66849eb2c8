"""Settings that are read again while Portside runs: the stores and much else follow them, and what
cannot be changed without a restart is named.
"""

from __future__ import annotations

import structlog

from connectors.interface import ConnectorType
from proxy.export import Exporter
from proxy.live_settings import LiveSettings
from proxy.live_stores import LiveStores
from proxy.operator.account_jobs import AccountWork
from proxy.operator.gauges import GaugeKeeper
from proxy.settings.loader import TypeFinder
from proxy.settings.models import Settings
from proxy.telemetry.logs import configure_logs

_log = structlog.get_logger("portside.operator")


class Reloader:
    """Brings a running Portside to new settings; one call at a time."""

    def __init__(
        self,
        settings: LiveSettings,
        find_kind: TypeFinder,
        kinds: dict[str, ConnectorType],
        stores: LiveStores,
        exporter: Exporter,
        accounts: AccountWork,
        gauges: GaugeKeeper,
    ) -> None:
        self._settings = settings
        self._find_kind = find_kind
        self._kinds = kinds
        self._stores = stores
        self._exporter = exporter
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
        parts, waiting = self._settings.follow(settings)
        self._exporter.follow(self._settings.now.export)
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
        said = f"stores {'; '.join(f'{what} {names}' for what, names in shown.items())}"
        if new := ", ".join(name for name in parts if name != "stores"):
            said += f"; new {new}"
        _log.info("Settings reloaded.", said=f"the settings were read again: {said}", **shown)
        if waiting:
            _log.warning(
                "Settings need a restart.",
                said=f"restart Portside for the new {', '.join(waiting)}: Portside was set up with"
                " the old ones, which are in force until then",
                settings=", ".join(waiting),
            )
        if "logs" in parts:
            configure_logs(settings.logs.format, settings.logs.level)
