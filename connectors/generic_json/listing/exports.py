"""A list that the shop prepares: start an export, wait until it is ready, and fetch it.

started   the answer to the list's own request
waiting   `status` is asked every now and then; a state in `failed` ends it, and so does time
ready     `download` is asked, or the address in the answer
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from connectors.errors import UnavailableError, UnreadableResponseError
from connectors.generic_json.api.caller import Caller
from connectors.generic_json.listing.part_reader import evaluate_text
from connectors.generic_json.settings.export import ExportSettings
from connectors.generic_json.settings.request import BoundRequest, RequestSettings
from connectors.quoting import MOST_QUOTED, make_printable
from connectors.reading.markup import shorten
from connectors.upstream.response import Reply


class Exports:
    """Fetches what one shop exports. `waiting` takes for no answer what says "not yet"."""

    def __init__(self, caller: Caller, waiting: Caller, settings: ExportSettings) -> None:
        self._caller = caller
        self._waiting = waiting
        self._settings = settings

    async def fetch(
        self, request: RequestSettings, started: Reply, values: Mapping[str, Any]
    ) -> Reply:
        """The list of an export that `request` has started with this answer.

        Raises `UnavailableError` for an export that fails or is not ready in time.
        """
        deadline = time.monotonic() + self._settings.within.total_seconds()
        export = first = self._caller.read_body(started)
        reply = started
        while not self._is_ready(export, reply):
            if time.monotonic() + self._settings.every.total_seconds() > deadline:
                seconds = self._settings.within.total_seconds()
                state = self._read_state(export)
                raise UnavailableError(
                    f"{reply.where}: the shop's export was not ready within {seconds:g} seconds;"
                    f" its state is {state!r}."
                ).quoting(state)
            await asyncio.sleep(self._settings.every.total_seconds())
            status = BoundRequest.bind(self._settings.status, request.given)
            reply = await self._waiting.read(status, {**values, "export": export})
            export = _merge(first, self._waiting.read_body(reply))
        return await self._download(request, export, reply, values)

    def _is_ready(self, export: Any, reply: Reply) -> bool:
        state = self._read_state(export)
        known = state.casefold()
        if known in {each.casefold() for each in self._settings.failed}:
            raise UnavailableError(
                f"{reply.where}: the shop's export ended in the state {state!r}."
            ).quoting(state)
        return known in {each.casefold() for each in self._settings.ready}

    def _read_state(self, export: Any) -> str:
        state = evaluate_text(self._settings.state, export)
        return shorten(make_printable(state), MOST_QUOTED)

    async def _download(
        self, request: RequestSettings, export: Any, reply: Reply, values: Mapping[str, Any]
    ) -> Reply:
        settings = self._settings
        if settings.download is not None:
            download = BoundRequest.bind(settings.download, request.given)
            return await self._caller.read(download, {**values, "export": export}, rows=True)
        address = "" if settings.follow is None else evaluate_text(settings.follow, export)
        if not address:
            raise UnreadableResponseError(
                f"{reply.where}: expected the address of the export, found none (orders.export)."
            )
        return await self._caller.fetch(address, settings.format)


def _merge(first: Any, last: Any) -> Any:
    """What the answers say of an export: the id may stand in the first alone."""
    if isinstance(first, dict) and isinstance(last, dict):
        return {**first, **last}
    return first if last is None else last
