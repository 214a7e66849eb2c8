"""What to do about an error of a WooCommerce shop, in one line. Pure."""

from __future__ import annotations

from http import HTTPStatus

from connectors.errors import (
    AuthenticationError,
    CircuitOpenError,
    ConnectorError,
    RefusedError,
    ThrottledError,
    UnavailableError,
)
from connectors.inspection import is_wall

_UNSEEN = ("cannot_view", "cannot_edit", "cannot_create")
_NO_KEY = (
    "The shop saw no key, or the key's user may not do this: check the key, that its user is an"
    " administrator or shop manager, and that the host passes the Authorization header on (else set"
    " auth: query) and knows that the request came over https."
)
_WRONG_KEY = (
    "Make a new key in WooCommerce → Settings → Advanced → REST API with permission Read/Write, and"
    " copy key and secret again."
)
# A shop in a container behind a TLS proxy signs https addresses where it is asked over http.
_OTHER_SCHEME = (
    "Set auth: basic. The shop believes that it is asked over https, as in a container behind a"
    " proxy, so the signature of a request over http never fits."
)
_NO_API = (
    "Check the address, with the folder WordPress lives in. If it is right, a plugin or the host"
    " has switched the REST API off; where Settings → Permalinks is Plain, anything else may bring"
    " it back."
)


def add_advice(error: AuthenticationError | RefusedError) -> ConnectorError:
    """The same error with the advice behind it, for people who meet it outside a check."""
    if is_wall(error):
        return error
    return type(error)(f"{error} {advise(error)}", status=error.status, code=error.code)


def advise(error: ConnectorError) -> str:
    """What a person should do about `error`."""
    match error:
        case AuthenticationError():
            return _advise_on_key(error)
        case ThrottledError() | CircuitOpenError():
            return "Wait a while and lower upstream.rate if it happens again."
        case UnavailableError():
            return (
                "Open url in a browser; if the shop is there and works, ask the host whether a"
                " firewall or bot protection stops Portside."
            )
        case RefusedError(
            status=HTTPStatus.MOVED_PERMANENTLY
            | HTTPStatus.FOUND
            | HTTPStatus.SEE_OTHER
            | HTTPStatus.TEMPORARY_REDIRECT
            | HTTPStatus.PERMANENT_REDIRECT
        ):
            return "Set url to the address the shop redirects to."
        case RefusedError(status=HTTPStatus.NOT_FOUND):
            return _NO_API
        case _:
            return "Look at the shop's error log; a plugin may spoil its REST API."


def _advise_on_key(error: AuthenticationError) -> str:
    if "invalid signature" in str(error).lower():
        return _OTHER_SCHEME
    return _NO_KEY if not error.code or error.code.endswith(_UNSEEN) else _WRONG_KEY
