"""What went wrong between us and a shop, in words that say where to look."""

from __future__ import annotations

import os
import ssl

import aiohttp

from connectors.errors import UnavailableError

# The first row that fits counts; `{}` is the system's own word for it.
_UNREACHED = (
    (
        (
            aiohttp.ClientConnectorCertificateError,
            aiohttp.ClientConnectorSSLError,
            ssl.SSLError,
        ),
        "no secure connection could be made ({}).",
    ),
    (
        (aiohttp.ClientConnectorDNSError,),
        "the shop's host name cannot be found; check the address, or the DNS.",
    ),
    ((aiohttp.ClientProxyConnectionError,), "no connection to `upstream.proxy` ({})."),
    ((aiohttp.ClientConnectorError,), "no connection to the shop ({})."),
    ((aiohttp.ConnectionTimeoutError,), "the shop's server did not accept the connection."),
    ((aiohttp.ClientHttpProxyError,), "`upstream.proxy` does not lead to the shop ({})."),
)


def describe_failure(error: Exception) -> UnavailableError:
    """The error that a failed exchange means."""
    for kinds, sentence in _UNREACHED:
        if isinstance(error, kinds):
            return UnavailableError(sentence.format(find_reason(error)), reached=False)
    if isinstance(error, aiohttp.ClientPayloadError):
        return UnavailableError("the shop's answer was cut short or damaged on the way.")
    return UnavailableError(f"the shop's answer is not valid HTTP ({type(error).__name__}).")


def find_reason(error: BaseException) -> str:
    """The system's words for a failed connection, without addresses of ours."""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"it answered with status {error.status}"
    cause = getattr(error, "os_error", None) or error
    if getattr(cause, "reason", None) == "WRONG_VERSION_NUMBER":
        return "no TLS is spoken there: http:// may be meant, or another port"
    number = getattr(cause, "errno", None)
    if number and number > 0 and not isinstance(cause, ssl.SSLError):
        return os.strerror(number).lower()
    words = (
        getattr(cause, "verify_message", None)
        or getattr(cause, "strerror", None)
        or type(cause).__name__
    )
    return str(words)
