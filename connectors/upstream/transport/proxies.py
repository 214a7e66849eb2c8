"""The proxy that requests to a shop go through, where a network lets nothing out directly."""

from __future__ import annotations

import urllib.request
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

import aiohttp
import msgspec
from yarl import URL

from connectors.upstream.policy import FROM_ENVIRONMENT, NO_PROXY

_MOST_PROXY = 2000


class Proxy(msgspec.Struct, frozen=True):
    """A proxy's address without its login, and the header that carries the login."""

    url: URL
    headers: Mapping[str, str]


def parse_proxy(text: str) -> Proxy:
    """A proxy from `http://user:password@host:port`; the login may be left out.

    Raises ValueError with what was expected; the text itself, which may hold a password, is not
    repeated.
    """
    expected = f"expected {NO_PROXY}, {FROM_ENVIRONMENT}, or a proxy like http://proxy.example:3128"
    try:
        proxy = _read_proxy(text[:_MOST_PROXY].strip())
    except ValueError:
        proxy = None
    if proxy is None:
        raise ValueError(expected)
    return proxy


def _read_proxy(text: str) -> Proxy | None:
    parts = urlsplit(text)
    behind = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in {"http", "https"} or not parts.hostname or behind:
        return None
    url = URL.build(scheme=parts.scheme, host=parts.hostname, port=parts.port)
    return Proxy(url, _write_login(parts.username, parts.password))


def _write_login(user: str | None, password: str | None) -> Mapping[str, str]:
    if user is None:
        return {}
    login = aiohttp.encode_basic_auth(unquote(user), unquote(password or ""))
    return {"Proxy-Authorization": login}


def find_proxy(choice: str, url: str) -> Proxy | None:
    """The proxy for a request to `url`; `choice` is `none`, `environment` or a proxy's address.

    Raises ValueError for a choice or a variable of the environment that is none of these.
    """
    if choice == NO_PROXY:
        return None
    if choice != FROM_ENVIRONMENT:
        return parse_proxy(choice)
    parts = urlsplit(url)
    proxies = urllib.request.getproxies_environment()
    found = proxies.get(parts.scheme) or proxies.get("all")
    if not found or urllib.request.proxy_bypass_environment(  # type: ignore[attr-defined]  # typeshed leaves it out
        parts.netloc.rpartition("@")[2], proxies
    ):
        return None
    try:
        return parse_proxy(found if "://" in found else f"http://{found}")
    except ValueError as error:
        variable = f"{parts.scheme.upper()}_PROXY"
        raise ValueError(f"{variable} in the environment: {error}") from None
