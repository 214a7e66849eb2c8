"""Asking a shop for the meta data that is read, and for no other.

`include_meta` came with WooCommerce 7.0 (`WC_REST_Controller::get_meta_data_for_response`); older
shops ignore it. It is sent as a list of PHP's: WordPress takes a text apart at commas and blanks
(`wp_parse_list`), which stand in some plugins' keys, and takes no text apart at the address of a
single order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus

from connectors.errors import AuthenticationError, ConnectorError, RefusedError
from connectors.upstream.request import Pairs
from connectors.upstream.response import Reply

_NAME = "include_meta["
# How a firewall, a signature that is made in another way, or a length would be refused.
_REFUSALS = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.REQUEST_URI_TOO_LONG,
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    }
)
# All places have as many digits, so that they are signed (OAuth 1.0a) in the sequence in which PHP
# keeps them, whether they are sorted as numbers or as texts.
_FIRST_PLACE = 100


def name_metas(keys: Iterable[str] | None) -> tuple[tuple[str, str], ...]:
    """The parameters that ask for meta data under these keys; none for None, which asks for all."""
    if keys is None:
        return ()
    return tuple((f"{_NAME}{place}]", key) for place, key in enumerate(sorted(keys), _FIRST_PLACE))


class MetaLimit:
    """Whether one shop can be asked so. A firewall or a web server with a short limit for addresses
    may refuse it; such a shop is asked for all meta data.
    """

    def __init__(self) -> None:
        # None until the shop has answered such a request.
        self._is_taken: bool | None = None

    async def ask(self, params: Pairs, send: Callable[[Pairs], Awaitable[Reply]]) -> Reply:
        """The answer to what `send` asks with these parameters."""
        bare = [pair for pair in params if not pair[0].startswith(_NAME)]
        if len(bare) == len(params) or self._is_taken is False:
            return await send(bare)
        try:
            reply = await send(params)
        except (AuthenticationError, RefusedError) as error:
            if self._is_taken or error.status not in _REFUSALS:
                raise
            try:
                reply = await send(bare)
            except ConnectorError:
                raise error from None
            self._is_taken = False
        else:
            self._is_taken = True
        return reply
