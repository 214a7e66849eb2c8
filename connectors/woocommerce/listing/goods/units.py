"""The units a shop measures in: two of its settings. A restart finds the last ones again; the shop
is asked once an hour, because a unit that was changed makes every weight wrong.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import msgspec
from cachetools import TTLCache

from connectors.concurrency import run_together
from connectors.errors import PartError, PermanentError, UnavailableError
from connectors.interface import Memory, Remark
from connectors.upstream.isolation import Isolation
from connectors.woocommerce.api.client import Api
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.products import Units
from connectors.woocommerce.mapping.values import read_text

# In seconds.
_KNOWN_FOR = 3600.0
_REMEMBERED = timedelta(days=1)
_KEY = "units"
_UNREAD = Units(weight="", length="")
_UNITS = msgspec.json.Decoder(Units)


class UnitReader:
    """Asks one shop. `remark` hears of units that it fails to show."""

    def __init__(
        self,
        api: Api,
        isolation: Isolation,
        memory: Memory,
        remark: Callable[[Remark], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api
        self._isolation = isolation
        self._memory = memory
        self._remark = remark
        self._units: TTLCache[str, Units] = TTLCache(1, _KNOWN_FOR, timer=clock)
        self._is_new = True

    async def read_units(self) -> Units:
        """The units of the shop.

        Unknown ones are empty: then no weight is exported rather than a wrong one.
        """
        if (known := self._units.get(_KEY) or await self._recall()) is None:
            try:
                weight, length = await run_together(
                    self._read_unit("woocommerce_weight_unit"),
                    self._read_unit("woocommerce_dimension_unit"),
                )
            except (PartError, UnavailableError) as error:
                # Never two answers in all, so they may both fail for ever: the list of orders
                # says whether the shop is at fault.
                await self._probe()
                text = f"Orders go out without weights: {error}"
                self._remark(Remark(about="units", text=text, quoted=str(error)))
                return _UNREAD
            known = Units(weight=weight, length=length)
            if weight and length:
                await self._memory.put(_KEY, msgspec.json.encode(known).decode(), _REMEMBERED)
        self._units[_KEY] = known
        return known

    async def _recall(self) -> Units | None:
        """What the process before knew; asked for once."""
        kept = await self._memory.get(_KEY) if self._is_new else None
        self._is_new = False
        if kept is None:
            return None
        try:
            return _UNITS.decode(kept)
        except msgspec.DecodeError:
            # Of another version.
            return None

    async def _read_unit(self, name: str) -> str:
        async def ask() -> str:
            reply = await self._api.get(
                f"settings/products/{name}", [("_fields", "value")], for_part=True
            )
            return read_text(reply.decode(wire.Setting).value).lower()

        try:
            return await self._isolation.fetch("settings", ask, probe=self._probe)
        except PartError:
            raise
        except PermanentError:
            # The key's user may not see the settings; `portside check` says so.
            return ""

    async def _probe(self) -> None:
        await self._api.read_page("orders", 1, (("_fields", "id"),), once=True)
