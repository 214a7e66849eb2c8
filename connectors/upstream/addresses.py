"""Where requests of one shop may go: its own host, the hosts its settings allow, and nowhere
else.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from connectors.errors import RefusedError
from connectors.upstream.masking import MOST_URL
from connectors.upstream.request import PATH_SAFE, Pairs, encode_params

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Target:
    """A base URL whose path is kept, and the other hosts that may be asked, each as `host` or
    `host:port`.
    """

    def __init__(self, base_url: str, allowed_hosts: Sequence[str] = ()) -> None:
        self._base = (
            base_url
            if base_url.partition("?")[0].endswith("/") or "?" in base_url
            else f"{base_url}/"
        )
        self._home = urlsplit(self._base)
        self._allowed = {host.lower() for host in allowed_hosts}

    def url(self, path: str, params: Pairs = ()) -> str:
        """The absolute, percent-encoded URL of `path` with `params` behind its own query.

        Raises `RefusedError` for a foreign host, or none, and for one over 8,000 characters.
        """
        if len(path) > MOST_URL:
            raise RefusedError(
                f"The address to request is longer than {MOST_URL} characters; no shop's is. Where"
                " it came with the shop's answer as the next page, the shop is at fault."
            )
        try:
            return self._make_url(path, params)
        except ValueError as error:
            # The address itself is not shown: it may hold a login.
            raise RefusedError("The address to request is not a valid URL.") from error

    def _make_url(self, path: str, params: Pairs) -> str:
        parts = urlsplit(path)
        if parts.scheme or path.startswith("//"):
            found = urlsplit(urljoin(self._base, path))
            if not self._may_ask(found.scheme, found.hostname, found.port):
                raise RefusedError(
                    f"The address {found.scheme}://{found.hostname}{found.path} lies on another"
                    f" host than the shop {self._home.hostname}; credentials are sent only to the"
                    " shop's own host and those the settings allow."
                )
            if "@" in found.netloc and found.netloc != self._home.netloc:
                raise RefusedError(
                    f"The address {found.scheme}://{found.hostname}{found.path} holds a user name"
                    " or password; Portside logs in as the settings say. Where it came with the"
                    " shop's answer as the next page, the shop is at fault."
                )
            place, own = (
                urlunsplit((found.scheme, found.netloc, found.path or "/", "", "")),
                found.query,
            )
        else:
            if any(step in {".", ".."} for step in parts.path.split("/")):
                raise RefusedError(f"The path {parts.path!r} climbs out of the shop's address.")
            home = self._home
            place = urlunsplit(
                (
                    home.scheme,
                    home.netloc,
                    f"{home.path.rstrip('/')}/{parts.path.lstrip('/')}",
                    "",
                    "",
                )
            )
            own = "&".join(filter(None, (home.query, parts.query)))
        bare = urlsplit(place)
        query = "&".join(filter(None, (own.replace(" ", "%20"), encode_params(params))))
        return urlunsplit((bare.scheme, bare.netloc, quote(bare.path, safe=PATH_SAFE), query, ""))

    def redirect(self, from_url: str, location: str) -> str | None:
        """Where a redirect leads, if it may be followed: the same host, `www.` aside, or an allowed
        one, and never from https to http.
        """
        if not location or len(location) > MOST_URL:
            return None
        try:
            return self._follow(from_url, location)
        except ValueError:
            return None

    def _follow(self, from_url: str, location: str) -> str | None:
        here, there = urlsplit(from_url), urlsplit(urljoin(from_url, location))
        if there.scheme not in _DEFAULT_PORTS or (
            here.scheme == "https" and there.scheme == "http"
        ):
            return None
        if "@" in there.netloc and there.netloc != here.netloc:
            return None
        same = _drop_www(here.hostname) == _drop_www(there.hostname) and (
            _find_port(there.scheme, there.port) == _find_port(here.scheme, here.port)
            or {here.port, there.port} <= {None, 80, 443}
        )
        return (
            urlunsplit(there._replace(fragment=""))
            if same or self._is_listed(there.hostname, there.port, there.scheme)
            else None
        )

    def _may_ask(self, scheme: str, host: str | None, port: int | None) -> bool:
        if scheme not in _DEFAULT_PORTS or (self._home.scheme == "https" and scheme == "http"):
            return False
        own = host == self._home.hostname and _find_port(scheme, port) == _find_port(
            self._home.scheme, self._home.port
        )
        upgraded = (
            host == self._home.hostname
            and (self._home.scheme, scheme) == ("http", "https")
            and {port, self._home.port} <= {None, 80, 443}
        )
        return own or upgraded or self._is_listed(host, port, scheme)

    def _is_listed(self, host: str | None, port: int | None, scheme: str) -> bool:
        if host is None:
            return False
        return f"{host}:{_find_port(scheme, port)}" in self._allowed or (
            host in self._allowed and port in {None, *_DEFAULT_PORTS.values()}
        )


def _find_port(scheme: str, port: int | None) -> int | None:
    return port if port is not None else _DEFAULT_PORTS.get(scheme)


def _drop_www(host: str | None) -> str:
    return (host or "").lower().removeprefix("www.")
