"""Judge each answer of Shopify, and warn once if it serves another version of its API."""

from __future__ import annotations

import structlog

from connectors.shopify.api import graphql_client
from connectors.shopify.api.auth import VERSION_HEADER, is_other_version
from connectors.upstream.response import Reply

_log = structlog.get_logger("portside.shopify")


class VersionWatch:
    """Judges each answer, and warns once if the shop serves another version of its API than asked
    for.
    """

    def __init__(self, store: str, version: str) -> None:
        self._store = store
        self._version = version
        self._told = False

    def __call__(self, reply: Reply) -> None:
        """Raise the error that a GraphQL answer means; warn of another version."""
        served = reply.headers.get(VERSION_HEADER)
        if not self._told and is_other_version(self._version, served):
            self._told = True
            _log.warning(
                "Shop serves another version.",
                store=self._store,
                asked=self._version,
                served=served,
                advice="set api_version",
            )
        graphql_client.judge_reply(reply)
