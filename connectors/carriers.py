"""The carriers: what people call each of them, and where its parcels are followed.

No I/O. The words that a shipping client has for them are the business of its door, which gives a
shipment the code of its carrier. A carrier that is not here passes through untouched, without a
link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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


# Each carrier, and other names of its own.
_KNOWN = (
    (
        Carrier(
            code="usps",
            name="USPS",
            tracking_url="https://tools.usps.com/go/TrackConfirmAction?tLabels={number}",
        ),
        "",
    ),
    (Carrier(code="ups", name="UPS", tracking_url=_UPS), "unitedparcelservice"),
    (Carrier(code="ups_mail_innovations", name="UPS Mail Innovations", tracking_url=_UPS), ""),
    (Carrier(code="fedex", name="FedEx", tracking_url=_FEDEX), "federalexpress"),
    (
        Carrier(
            code="fedex_international_mail",
            name="FedEx International MailService",
            tracking_url=_FEDEX,
        ),
        "",
    ),
    (Carrier(code="fedex_canada", name="FedEx Canada", tracking_url=_FEDEX), ""),
    (Carrier(code="dhl_express", name="DHL Express", tracking_url=_DHL), "dhl"),
    (
        Carrier(code="dhl_canada", name="DHL Express Canada", tracking_url=_DHL),
        "",
    ),
    (
        Carrier(
            code="dhl_ecommerce",
            name="DHL eCommerce",
            tracking_url="https://webtrack.dhlecs.com/?trackingnumber={number}",
        ),
        "",
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
        "",
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
    (Carrier(code="lone_star", name="Lone Star Overnight"), "lso"),
    (Carrier(code="access_worldwide", name="Access Worldwide"), ""),
    (Carrier(code="imex", name="IMEX"), "imexglobalsolutions"),
)
_BY_CODE: Mapping[str, Carrier] = MappingProxyType({carrier.code: carrier for carrier, _ in _KNOWN})


def fold_name(name: str) -> str:
    """A carrier's name without what differs from one spelling to the next: case, blanks, signs."""
    return re.sub(r"[\W_]+", "", name).casefold()


def _index_names() -> Iterator[tuple[str, Carrier]]:
    for carrier, others in _KNOWN:
        for name in (carrier.code, carrier.name, *others.split()):
            yield fold_name(name), carrier


_BY_NAME: Mapping[str, Carrier] = MappingProxyType(dict(_index_names()))


def find_carrier(name: str) -> Carrier | None:
    """A carrier by its code or by a name of its own, in any spelling; None if it is not known."""
    return _BY_NAME.get(fold_name(name))


class Carriers:
    """The table, with a store's own entries on top; an entry without a name or a link keeps the
    table's.
    """

    def __init__(self, own: Mapping[str, Carrier] | None = None) -> None:
        """`own` is keyed by the carrier's word in the notice (`Shipment.carrier`), or by
        `carrier/service` for one of its services; spelling is compared loosely.
        """
        self._own = {_split_key(word): carrier for word, carrier in (own or {}).items()}

    def of(self, shipment: Shipment) -> Carrier:
        """The carrier of a shipment: by its code, else by the name that the notice has for it.

        One that is not known keeps the notice's word as its name.
        """
        known = (
            _BY_CODE.get(shipment.carrier_code)
            or find_carrier(shipment.carrier)
            or Carrier(name=shipment.carrier)
        )
        word = fold_name(shipment.carrier)
        own = self._own.get((word, fold_name(shipment.service))) or self._own.get((word, ""))
        if own is None:
            return known
        return Carrier(
            code=known.code,
            name=own.name or known.name,
            tracking_url=own.tracking_url or known.tracking_url,
        )

    def name(self, shipment: Shipment) -> str:
        """What the shop is to call the carrier."""
        return self.of(shipment).name

    def link(self, shipment: Shipment) -> str:
        """Where the parcel is followed; empty without a tracking number or a known page."""
        return self.of(shipment).link(shipment.tracking_number)


def _split_key(word: str) -> tuple[str, str]:
    carrier, _, service = word.partition("/")
    return fold_name(carrier), fold_name(service)
