"""The `Link` header, by which many APIs name the next page (RFC 8288). Pure."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from connectors.errors import UnreadableResponseError
from connectors.upstream.response import Reply

_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w!#$&+\-.^`|~*]+\s*=\s*(?:\"[^\"]*\"|[^\s;,\"]+))*)")
_PARAM = re.compile(r";\s*([\w!#$&+\-.^`|~*]+)\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))")


def find_next_link(reply: Reply) -> str | None:
    """The absolute URL of `rel="next"` in the `Link` headers (RFC 8288); None if there is none.

    Raises `UnreadableResponseError` for one that is not a URL: there are more pages, and nothing
    says where.
    """
    for header in reply.headers.getall("Link", []):
        for place, params in _LINK.findall(header):
            if any(
                name.lower() == "rel" and "next" in f"{quoted}{bare}".lower().split()
                for name, quoted, bare in _PARAM.findall(params)
            ):
                return _join_url(reply, str(place))
    return None


def _join_url(reply: Reply, place: str) -> str:
    try:
        return urljoin(reply.url, place)
    except ValueError as error:
        raise UnreadableResponseError(
            f"{reply.where}: expected the address of the next page in the Link header, found text"
            " that is not a URL."
        ) from error
