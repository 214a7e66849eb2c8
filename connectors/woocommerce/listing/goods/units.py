"""The units a shop measures in: two of its settings, read in one request where the shop lists them.
A restart finds the last ones again; the shop is asked once an hour, because a unit that was changed
makes every weight wrong.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

import msgspec
from cachetools import TTLCache

from connectors.concurrency import run_together
from connectors.errors import (
    PartError,
    PermanentError,
    RefusedError,
    UnavailableError,
    UnreadableResponseError,
)
from connectors.interface import Memory, Remark
from connectors.upstream.isolation import Isolation
from connectors.woocommerce.api.client import Api
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.products import Units
from connectors.woocommerce.mapping.values import read_text

# In seconds.
_KNOWN_FOR = 3600.0
_UNREAD_FOR = 60.0
_REMEMBERED = timedelta(days=1)
_KEY = "units"
_UNREAD = Units(weight="", length="")
_GROUP = "settings/products"
_WEIGHT, _LENGTH = "woocommerce_weight_unit", "woocommerce_dimension_unit"
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
        self._unread: TTLCache[str, Units] = TTLCache(1, _UNREAD_FOR, timer=clock)
        self._is_new = True
        self._asking = asyncio.Lock()

    async def read_units(self) -> Units:
        """The units of the shop.

        Unknown ones are empty: then no weight is exported rather than a wrong one.
        """
        async with self._asking:
            return await self._read_units()

    async def _read_units(self) -> Units:
        if (known := self._units.get(_KEY) or await self._recall()) is None:
            if _KEY in self._unread:
                return _UNREAD
            try:
                listed = await self._list_units()
                weight, length = await run_together(
                    self._read_unit(_WEIGHT, listed), self._read_unit(_LENGTH, listed)
                )
            except (PartError, UnavailableError) as error:
                # Never two answers in all, so they may both fail for ever: the list of orders
                # says whether the shop is at fault.
                await self._probe()
                text = f"Orders go out without weights: {error}"
                self._remark(Remark(about="units", text=text, quoted=str(error)))
                self._unread[_KEY] = _UNREAD
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

    async def _list_units(self) -> Mapping[str, str]:
        """What the list of the shop's settings says; a setting that it leaves out, as lists do in
        which a plugin's setting fails, is asked for alone. Empty for a key that may not see them.
        """
        try:
            settings = await self._api.list_items(
                _GROUP, wire.Setting, [("_fields", "id,value")], for_part=True
            )
        except (RefusedError, UnavailableError, UnreadableResponseError):
            return {}
        except PermanentError:
            # The key's user may not see the settings; `portside check` says so.
            return {_WEIGHT: "", _LENGTH: ""}
        return {
            name: read_text(one.value).lower()
            for one in settings
            if (name := read_text(one.id)) in {_WEIGHT, _LENGTH}
        }

    async def _read_unit(self, name: str, listed: Mapping[str, str]) -> str:
        if name in listed:
            return listed[name]

        async def ask() -> str:
            reply = await self._api.get(f"{_GROUP}/{name}", [("_fields", "value")], for_part=True)
            return read_text(reply.decode(wire.Setting).value).lower()

        try:
            return await self._isolation.fetch("settings", ask, probe=self._probe)
        except PartError:
            raise
        except PermanentError:
            return ""

    async def _probe(self) -> None:
        await self._api.read_page("orders", 1, (("_fields", "id"),), once=True)
