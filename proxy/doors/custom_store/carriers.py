"""ShipStation's words for carriers, and the carrier that each of them means.

The words are those of ShipStation's Custom Store Development Guide, and the names of its carrier
accounts that real labels bear (`stamps_com`). The list is open: a word that is not here may be a
carrier's plain name, or mean nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from connectors.carriers import find_carrier, fold_name

_CODES: Mapping[str, str] = MappingProxyType(
    {
        "accessworldwide": "access_worldwide",
        "apc": "apc",
        "asendia": "asendia",
        "asendiausa": "asendia",
        "australiapost": "australia_post",
        "brokersworldwide": "brokers_worldwide",
        "canadapost": "canada_post",
        "dhl": "dhl_express",
        "dhlcanada": "dhl_canada",
        "dhlexpresscanada": "dhl_canada",
        "dhlexpressworldwide": "dhl_express",
        "dhlglobalmail": "dhl_ecommerce",
        "endicia": "usps",
        "fedex": "fedex",
        "fedexcanada": "fedex_canada",
        "fedexinternationalmailservice": "fedex_international_mail",
        "fedexwalleted": "fedex",
        "firstmile": "firstmile",
        "globegistics": "globegistics",
        "imex": "imex",
        "lonestar": "lone_star",
        "newgistics": "newgistics",
        "ontrac": "ontrac",
        "royalmail": "royal_mail",
        "stampscom": "usps",
        "ups": "ups",
        "upsmi": "ups_mail_innovations",
        "upswalleted": "ups",
        "usps": "usps",
    }
)
# Words that name no carrier; the service may name it.
_NAMELESS = frozenset({"", "other", "none"})
# What is longer names no carrier behind it.
_LONGEST_WORDS = 100


def find_carrier_code(carrier: str, service: str) -> str:
    """Our code of the carrier that a notice names; empty if it is not known.

    Where the carrier is `Other`, the service's name begins with it ("USPS Priority Mail"): the
    longest such beginning decides.
    """
    carrier = carrier[:_LONGEST_WORDS]
    if (code := _find_code(carrier)) or fold_name(carrier) not in _NAMELESS:
        return code
    words = service[:_LONGEST_WORDS].split()
    beginnings = ("".join(words[:length]) for length in range(len(words), 0, -1))
    return next(filter(None, map(_find_code, beginnings)), "")


def name_account_carrier(code: str) -> str:
    """The name of the carrier that ShipStation's API calls by this code, such as `stamps_com` or
    `ups_walleted`; the code itself where it is not known.
    """
    code = code[:_LONGEST_WORDS]
    known = find_carrier(_find_code(code))
    return known.name if known is not None else code


def name_account_service(code: str) -> str:
    """A service's code of ShipStation's API as people write it: `usps_priority_mail` is USPS
    Priority Mail.
    """
    words = code[:_LONGEST_WORDS].split("_")
    known = find_carrier(_find_code(words[0]))
    first = known.name if known is not None else words[0].capitalize()
    return " ".join([first, *(word.capitalize() for word in words[1:])]).strip()


def _find_code(word: str) -> str:
    if code := _CODES.get(fold_name(word)):
        return code
    known = find_carrier(word)
    return known.code if known is not None else ""
