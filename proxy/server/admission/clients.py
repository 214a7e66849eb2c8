"""Who is asking: the address that a request comes from, also through proxies that are trusted.

Pure. What a proxy forwards is believed only where the proxy itself is trusted (RFC 7239, section
8.1).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from multidict import CIMultiDict, CIMultiDictProxy

from proxy.settings.values import Network

Headers = CIMultiDict[str] | CIMultiDictProxy[str]

FORWARDED_FOR: Final = "X-Forwarded-For"
FORWARDED: Final = "Forwarded"

# A provider gives a customer at least a /64 of IPv6: all of it is one client.
_ONE_CUSTOMER = 64
# No chain of proxies is longer; a stranger may send one that is.
_MOST_HOPS = 20
_LONGEST_CHAIN = 2_000
_LONGEST_ADDRESS = 60


class Proxies:
    """The proxies whose forwarded addresses are believed."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = tuple(networks)

    def trusts(self, address: str) -> bool:
        """Whether `address` is one of them."""
        parsed = parse_address(address)
        return parsed is not None and any(
            parsed.version == network.version and parsed in network for network in self._networks
        )

    def find_client(self, peer: str, headers: Headers) -> str:
        """The address of the client: the last forwarded one that is not trusted, or `peer` where
        the connection does not come from a trusted proxy.

        Where `X-Forwarded-For` and `Forwarded` name different clients one of them was made up, so
        that the proxy itself stands for the client.
        """
        if not self.trusts(peer):
            return peer
        chains = [chain for chain in (_read_list(headers), _read_forwarded(headers)) if chain]
        clients = {self._walk(peer, chain) for chain in chains}
        return clients.pop() if len(clients) == 1 else peer

    def _walk(self, peer: str, chain: Sequence[str]) -> str:
        """From the last hop back, for as long as each one is trusted and names an address."""
        client = peer
        for hop in chain:
            if parse_address(hop) is None:
                return client
            client = hop
            if not self.trusts(hop):
                return client
        return client


def has_forwarded(headers: Mapping[str, str]) -> bool:
    """Whether some proxy says for whom it asks."""
    return FORWARDED_FOR in headers or FORWARDED in headers


def parse_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An IP address, an IPv4 one also where it is written as IPv6; None for anything else."""
    if len(text) > _LONGEST_ADDRESS:
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (address.version == 6 and address.ipv4_mapped) or address  # noqa: PLR2004 -- of IP


def name_group(address: str) -> str:
    """What counts as one client: an IPv4 address, the /64 of an IPv6 one, `""` for anything
    else.
    """
    parsed = parse_address(address)
    if parsed is None:
        return ""
    if parsed.version == 4:  # noqa: PLR2004 -- of IP
        return str(parsed)
    return str(ipaddress.ip_network((int(parsed), _ONE_CUSTOMER), strict=False))


def _read_list(headers: Headers) -> list[str]:
    """The hops of `X-Forwarded-For`, the last one first."""
    return [_drop_port(hop.strip()) for hop in _split_last(headers, FORWARDED_FOR)]


def _read_forwarded(headers: Headers) -> list[str]:
    """The hops of `Forwarded`, the last one first; `""` for one that names no client."""
    hops = []
    for element in _split_last(headers, FORWARDED):
        pairs = (pair.partition("=") for pair in element.split(";"))
        named = [value for name, _, value in pairs if name.strip().lower() == "for"]
        hops.append(_drop_port(named[0].strip().strip('"')) if len(named) == 1 else "")
    return hops


def _split_last(headers: Headers, name: str) -> Iterator[str]:
    """The last elements of a list in a header that may stand several times, from the end."""
    lines = headers.getall(name, [])[-_MOST_HOPS:]
    text = ",".join(line[-_LONGEST_CHAIN:] for line in lines)
    return islice(reversed(text[-_LONGEST_CHAIN:].split(",")), _MOST_HOPS if text else 0)


def _drop_port(hop: str) -> str:
    """`192.0.2.7:4711` and `[2001:db8::1]:4711` without the port."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
