"""How requests to a WooCommerce shop prove who we are."""

from __future__ import annotations

import time
from collections.abc import Callable

from connectors.upstream.auth.auth import Auth, BasicAuth, FixedAuth, OAuth1Auth, QueryAuth, Send
from connectors.upstream.request import Request
from connectors.woocommerce.settings import AuthMode, WooCommerceSettings

# Seconds after both ways have failed in which the second is not tried again.
_PATIENCE = 300.0


def make_auth(settings: WooCommerceSettings) -> Auth:
    """The credentials that the settings ask for."""
    key, secret = (
        settings.consumer_key.get_secret_value(),
        settings.consumer_secret.get_secret_value(),
    )
    query = QueryAuth({"consumer_key": key, "consumer_secret": secret})
    match settings.auth_mode:
        case AuthMode.OAUTH1:
            return OAuth1Auth(key, secret)
        case AuthMode.QUERY:
            return query
        case _:
            header = BasicAuth(key, secret)
            return HeaderThenQuery(header, query) if settings.auth is AuthMode.AUTO else header


class HeaderThenQuery(FixedAuth):
    """Basic, and where the host drops the Authorization header (CGI and FastCGI set-ups do), the
    query string.

    A refusal of one way leads to a try of the other. When both are refused, the header is used
    again, because the query ends up in access logs.
    """

    def __init__(
        self, header: BasicAuth, query: QueryAuth, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._header = header
        self._query = query
        self._clock = clock
        self._by_query = False
        self._not_before = float("-inf")

    @property
    def secrets(self) -> tuple[str, ...]:
        """All forms of both."""
        return (*self._header.secrets, *self._query.secrets)

    @property
    def by_query(self) -> bool:
        """Whether the shop has turned out to need the query string."""
        return self._by_query

    def sign(self, request: Request) -> Request:
        """Sign in the way that is known to work."""
        return self._query.sign(request) if self._by_query else self._header.sign(request)

    async def renew(self, refused: Request, send: Send) -> bool:  # noqa: ARG002 - the protocol's names
        """Try the query string once; another request may have found out already."""
        by_header = any(name.lower() == "authorization" for name, _ in refused.headers)
        if by_header and self._by_query:
            return True
        if by_header and self._clock() >= self._not_before:
            self._by_query = True
            return True
        if not by_header:
            self._by_query = False
            self._not_before = self._clock() + _PATIENCE
        return False
