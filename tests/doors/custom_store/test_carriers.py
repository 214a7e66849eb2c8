"""Every word that ShipStation has for a carrier, and what a shop is told then: name and link."""

from __future__ import annotations

import pytest

from connectors.carriers import Carrier, Carriers
from connectors.shipments import Shipment
from proxy.doors.custom_store.carriers import find_carrier_code
from proxy.doors.custom_store.requests import parse_notify
from tests.doors.custom_store.notices import QUERY

# The carrier's name, where parcel 7 is followed, and the words of ShipStation's guide, of its
# carrier accounts and of everyday use.
TABLE = [
    (
        "USPS",
        "https://tools.usps.com/go/TrackConfirmAction?tLabels=7",
        ["USPS", "stamps_com", "endicia"],
    ),
    ("UPS", "https://www.ups.com/track?tracknum=7", ["UPS", "ups_walleted", "unitedparcelservice"]),
    (
        "UPS Mail Innovations",
        "https://www.ups.com/track?tracknum=7",
        ["UPSMI", "ups_mail_innovations"],
    ),
    (
        "FedEx",
        "https://www.fedex.com/fedextrack/?trknbr=7",
        ["FedEx", "fedex_walleted", "federalexpress"],
    ),
    (
        "FedEx International MailService",
        "https://www.fedex.com/fedextrack/?trknbr=7",
        ["FedExInternationalMailService", "fedex_international_mail"],
    ),
    ("FedEx Canada", "https://www.fedex.com/fedextrack/?trknbr=7", ["FedExCanada"]),
    (
        "DHL Express",
        "https://www.dhl.com/global-en/home/tracking.html?tracking-id=7",
        ["DHL", "dhl_express", "dhlexpressworldwide"],
    ),
    (
        "DHL Express Canada",
        "https://www.dhl.com/global-en/home/tracking.html?tracking-id=7",
        ["DHLCanada", "DHL Express Canada"],
    ),
    (
        "DHL eCommerce",
        "https://webtrack.dhlecs.com/?trackingnumber=7",
        ["DHLGlobalMail", "dhl_ecommerce"],
    ),
    (
        "Canada Post",
        "https://www.canadapost-postescanada.ca/track-reperage/en#/details/7",
        ["CanadaPost"],
    ),
    ("Royal Mail", "https://www.royalmail.com/track-your-item#/tracking-results/7", ["RoyalMail"]),
    (
        "Australia Post",
        "https://auspost.com.au/mypost/track/details/7",
        ["AustraliaPost", "auspost"],
    ),
    ("OnTrac", "https://www.ontrac.com/tracking/?number=7", ["OnTrac"]),
    ("Newgistics", "https://tracking.pb.com/7", ["Newgistics", "pitneybowes"]),
    ("FirstMile", "https://track.firstmile.com/detail.php?n=7", ["FirstMile"]),
    ("Asendia", "https://tracking.asendia.com/tracking/7", ["Asendia", "asendiausa"]),
    (
        "APC",
        "https://us.mytracking.net/APC/track/TrackDetails.aspx?t=7",
        ["APC", "apcpostallogistics"],
    ),
    ("Brokers Worldwide", "", ["BrokersWorldWide"]),
    ("Globegistics", "", ["Globegistics"]),
    ("Lone Star Overnight", "", ["LoneStar", "Lone Star Overnight", "lso"]),
    ("Access Worldwide", "", ["AccessWorldwide"]),
    ("IMEX", "", ["IMEX", "imexglobalsolutions"]),
]
WORDS = [(word, name, link) for name, link, words in TABLE for word in words]


def notify(carrier: str, service: str = "") -> Shipment:
    return parse_notify(
        QUERY | {"carrier": carrier, "service": service, "tracking_number": "7"}, b""
    )


@pytest.mark.parametrize(("word", "name", "link"), WORDS)
def test_the_shop_is_told_a_name_people_use_and_a_link(word: str, name: str, link: str) -> None:
    for spelling in (word, word.upper(), f"{word[:3]} {word[3:]}.", word.replace("_", "-")):
        sent = notify(spelling)
        assert sent.carrier == spelling
        assert (Carriers().name(sent), Carriers().link(sent)) == (name, link)
        assert Carriers().of(sent).code == sent.carrier_code


@pytest.mark.parametrize(
    ("carrier", "service", "name"),
    [
        ("stamps_com", "usps_priority_mail", "USPS"),
        ("UPSMI", "FedEx Ground", "UPS Mail Innovations"),
        ("Other", "USPS Priority Mail", "USPS"),
        ("none", "UPS Mail Innovations Domestic", "UPS Mail Innovations"),
        ("Other", "FedEx Canada Ground", "FedEx Canada"),
        ("Other", "stamps com Media Mail", "USPS"),
        ("Other", "DHL eCommerce Parcel", "DHL eCommerce"),
        ("", "UPS Ground", "UPS"),
        ("Other", "Bicycle", "Other"),
        ("Bicycle", "UPS Ground", "Bicycle"),
        ("", "", ""),
    ],
)
def test_a_service_names_the_carrier_where_the_carrier_says_nothing(
    carrier: str, service: str, name: str
) -> None:
    sent = notify(carrier, service)
    assert Carriers().name(sent) == name
    assert sent.carrier == carrier


def test_a_word_that_is_nobodys_has_no_code() -> None:
    assert find_carrier_code("Möller & Söhne", "Overnight") == ""


def test_an_entry_of_the_store_goes_by_the_word_of_the_notice() -> None:
    own = Carriers({"stamps_com": Carrier(name="US Post"), "usps": Carrier(name="never")})
    sent = notify("STAMPS-COM")
    assert own.name(sent) == "US Post"
    assert own.link(sent) == Carriers().link(sent)
