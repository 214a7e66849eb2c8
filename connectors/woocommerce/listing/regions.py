"""The names behind a shop's own codes of regions, asked for once a country and remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec
from cachetools import TTLCache

from connectors.errors import PermanentError, UnavailableError
from connectors.interface import Memory
from connectors.woocommerce.api.client import Api
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.decoding import Row
from connectors.woocommerce.mapping.regions import list_unknown_countries, name_states
from connectors.woocommerce.mapping.values import read_plain, read_text

_REMEMBERED = timedelta(days=30)
# In seconds; what the shop did not tell is asked for again after so long.
_KNOWN_FOR = 3600.0
_MOST_COUNTRIES = 300
_NAMES = msgspec.json.Decoder(dict[str, str])

Names = Mapping[str, str]


class Regions:
    """Asks one shop. An order whose region cannot be named goes out with the shop's code."""

    def __init__(self, api: Api, memory: Memory) -> None:
        self._api = api
        self._memory = memory
        self._known: TTLCache[str, Names] = TTLCache(_MOST_COUNTRIES, _KNOWN_FOR)

    async def name_regions(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows with the names of regions that only the shop knows."""
        wanted = {
            country
            for row in rows
            if isinstance(row.order, wire.Order)
            for country in list_unknown_countries(row.order)
        }
        if not wanted:
            return rows
        names = {country: await self._find_names(country) for country in sorted(wanted)}
        return [
            msgspec.structs.replace(row, order=name_states(row.order, names))
            if isinstance(row.order, wire.Order)
            else row
            for row in rows
        ]

    async def _find_names(self, country: str) -> Names:
        if (known := self._known.get(country)) is None:
            known = self._known[country] = await self._recall(country)
        return known

    async def _recall(self, country: str) -> Names:
        key = f"regions {country}"
        if kept := await self._memory.get(key):
            try:
                return _NAMES.decode(kept)
            except msgspec.DecodeError:
                # Of another version.
                pass
        try:
            reply = await self._api.get(f"data/countries/{country}", for_part=True)
            states = reply.decode(wire.Country).states or ()
        except (PermanentError, UnavailableError):
            # The list of orders says whether the shop is at fault.
            await self._api.read_page("orders", 1, (("_fields", "id"),), once=True)
            return {}
        names = {read_text(one.code).upper(): read_plain(one.name) for one in states}
        await self._memory.put(key, msgspec.json.encode(names).decode(), _REMEMBERED)
        return names
