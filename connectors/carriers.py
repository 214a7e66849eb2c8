"""What ShipStation calls a carrier, what people call it, and where its parcels are followed.

No I/O.

ShipStation's list of carriers is open: one that is not here passes through untouched, without a
link.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote

import msgspec

from connectors.shipments import Shipment

_DHL = "https://www.dhl.com/global-en/home/tracking.html?tracking-id={number}"
_FEDEX = "https://www.fedex.com/fedextrack/?trknbr={number}"
_UPS = "https://www.ups.com/track?tracknum={number}"


class Carrier(msgspec.Struct, frozen=True, kw_only=True):
    """`code` is ours and stays, for a shop's own list to be keyed by; empty for a carrier that is
    not known.

    `tracking_url` holds `{number}` where the tracking number goes, or is empty where no public page
    is known.
    """

    code: str = ""
    name: str
    tracking_url: str = ""

    def link(self, tracking_number: str) -> str:
        """Where this parcel is followed; empty if that is not known."""
        number = tracking_number.strip()
        return self.tracking_url.replace("{number}", quote(number, safe="")) if number else ""


# Every carrier that ShipStation's guide lists, and the account names (stamps_com …) its labels
# carry.
_KNOWN = (
    (
        Carrier(
            code="usps",
            name="USPS",
            tracking_url="https://tools.usps.com/go/TrackConfirmAction?tLabels={number}",
        ),
        "stampscom endicia",
    ),
    (Carrier(code="ups", name="UPS", tracking_url=_UPS), "upswalleted unitedparcelservice"),
    (Carrier(code="ups_mail_innovations", name="UPS Mail Innovations", tracking_url=_UPS), "upsmi"),
    (Carrier(code="fedex", name="FedEx", tracking_url=_FEDEX), "fedexwalleted federalexpress"),
    (
        Carrier(
            code="fedex_international_mail",
            name="FedEx International MailService",
            tracking_url=_FEDEX,
        ),
        "fedexinternationalmailservice",
    ),
    (Carrier(code="fedex_canada", name="FedEx Canada", tracking_url=_FEDEX), ""),
    (Carrier(code="dhl_express", name="DHL Express", tracking_url=_DHL), "dhl dhlexpressworldwide"),
    (
        Carrier(code="dhl_canada", name="DHL Express Canada", tracking_url=_DHL),
        "dhlcanada dhlexpresscanada",
    ),
    (
        Carrier(
            code="dhl_ecommerce",
            name="DHL eCommerce",
            tracking_url="https://webtrack.dhlecs.com/?trackingnumber={number}",
        ),
        "dhlglobalmail",
    ),
    (
        Carrier(
            code="canada_post",
            name="Canada Post",
            tracking_url="https://www.canadapost-postescanada.ca/track-reperage/en#/details/{number}",
        ),
        "",
    ),
    (
        Carrier(
            code="royal_mail",
            name="Royal Mail",
            tracking_url="https://www.royalmail.com/track-your-item#/tracking-results/{number}",
        ),
        "",
    ),
    (
        Carrier(
            code="australia_post",
            name="Australia Post",
            tracking_url="https://auspost.com.au/mypost/track/details/{number}",
        ),
        "auspost",
    ),
    (
        Carrier(
            code="ontrac",
            name="OnTrac",
            tracking_url="https://www.ontrac.com/tracking/?number={number}",
        ),
        "",
    ),
    (
        Carrier(
            code="newgistics", name="Newgistics", tracking_url="https://tracking.pb.com/{number}"
        ),
        "pitneybowes",
    ),
    (
        Carrier(
            code="firstmile",
            name="FirstMile",
            tracking_url="https://track.firstmile.com/detail.php?n={number}",
        ),
        "",
    ),
    (
        Carrier(
            code="asendia",
            name="Asendia",
            tracking_url="https://tracking.asendia.com/tracking/{number}",
        ),
        "asendiausa",
    ),
    (
        Carrier(
            code="apc",
            name="APC",
            tracking_url="https://us.mytracking.net/APC/track/TrackDetails.aspx?t={number}",
        ),
        "apcpostallogistics",
    ),
    (Carrier(code="brokers_worldwide", name="Brokers Worldwide"), ""),
    (Carrier(code="globegistics", name="Globegistics"), ""),
    (Carrier(code="lone_star", name="Lone Star Overnight"), "lonestar lso"),
    (Carrier(code="access_worldwide", name="Access Worldwide"), ""),
    (Carrier(code="imex", name="IMEX"), "imexglobalsolutions"),
)
# Names that say nothing; the service may say more.
_NAMELESS = frozenset({"", "other", "none"})


def _folded(word: str) -> str:
    """A carrier's word without what differs from one spelling to the next."""
    return re.sub(r"[\W_]+", "", word).casefold()


def _by_word() -> dict[str, Carrier]:
    table: dict[str, Carrier] = {}
    for carrier, others in _KNOWN:
        for word in (carrier.code, carrier.name, *others.split()):
            table[_folded(word)] = carrier
    return table


_TABLE: Mapping[str, Carrier] = MappingProxyType(_by_word())


class Carriers:
    """The table, with a store's own entries on top; an entry without a name or a link keeps the
    table's.
    """

    def __init__(self, own: Mapping[str, Carrier] | None = None) -> None:
        """`own` is keyed by ShipStation's carrier, or `carrier/service` for one of its services;
        spelling is compared loosely.
        """
        self._own = {_key(word): carrier for word, carrier in (own or {}).items()}

    def of(self, shipment: Shipment) -> Carrier:
        """The carrier of a shipment.

        One that is not known keeps ShipStation's own word as its name.
        """
        known = _known(shipment.carrier, shipment.service)
        for key in (
            (_folded(shipment.carrier), _folded(shipment.service)),
            (_folded(shipment.carrier), ""),
        ):
            if own := self._own.get(key):
                return Carrier(
                    code=known.code,
                    name=own.name or known.name,
                    tracking_url=own.tracking_url or known.tracking_url,
                )
        return known

    def name(self, shipment: Shipment) -> str:
        """What the shop is to call the carrier."""
        return self.of(shipment).name

    def link(self, shipment: Shipment) -> str:
        """Where the parcel is followed; empty without a tracking number or a known page."""
        return self.of(shipment).link(shipment.tracking_number)


def _key(word: str) -> tuple[str, str]:
    carrier, _, service = word.partition("/")
    return _folded(carrier), _folded(service)


def _known(carrier: str, service: str) -> Carrier:
    word = _folded(carrier)
    if found := _TABLE.get(word):
        return found
    if word in _NAMELESS and (found := _of_service(service)):
        return found
    return Carrier(name=carrier)


def _of_service(service: str) -> Carrier | None:
    """A service's name begins with its carrier's ("USPS Priority Mail"): the longest such beginning
    decides.
    """
    words = service.split()
    for length in range(len(words), 0, -1):
        if found := _TABLE.get(_folded("".join(words[:length]))):
            return found
    return None
