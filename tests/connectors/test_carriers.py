"""What a shop learns about a carrier: its name and where parcels are followed."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.carriers import Carrier, Carriers
from connectors.shipments import Shipment


def shipment(carrier: str, service: str = "", number: str = "1Z 999/AA") -> Shipment:
    return Shipment(order_number="1001", carrier=carrier, service=service, tracking_number=number)


@pytest.mark.parametrize(
    ("carrier", "name"),
    [
        ("usps", "USPS"),
        ("U.P.S.", "UPS"),
        ("Federal Express", "FedEx"),
        ("canada post", "Canada Post"),
        ("AusPost", "Australia Post"),
        ("Other", "Other"),
        ("", ""),
    ],
)
def test_the_shop_is_given_the_name_people_use(carrier: str, name: str) -> None:
    assert Carriers().name(shipment(carrier)) == name


def test_the_code_decides_before_the_word_of_the_notice() -> None:
    sent = Shipment(order_number="1001", carrier="FedEx", carrier_code="ups")
    assert Carriers().name(sent) == "UPS"
    assert Carriers().name(msgspec.structs.replace(sent, carrier_code="gone")) == "FedEx"


def test_an_unknown_carrier_passes_untouched_and_has_no_link() -> None:
    sent = shipment("Möller & Söhne ")
    assert Carriers().name(sent) == "Möller & Söhne "
    assert Carriers().link(sent) == ""


def test_the_link_carries_the_tracking_number_safely() -> None:
    assert Carriers().link(shipment("UPS")) == "https://www.ups.com/track?tracknum=1Z%20999%2FAA"


def test_without_a_tracking_number_there_is_no_link() -> None:
    assert Carriers().link(shipment("UPS", number=" ")) == ""


def test_a_stores_own_entry_wins_and_keeps_what_it_does_not_name() -> None:
    own = Carriers(
        {
            "u.p.s.": Carrier(name="Brown"),
            "Möller": Carrier(name="", tracking_url="https://moeller.example/{number}"),
        }
    )
    assert own.name(shipment("UPS")) == "Brown"
    assert own.link(shipment("ups", number="7")) == "https://www.ups.com/track?tracknum=7"
    assert own.name(shipment("Möller")) == "Möller"
    assert own.link(shipment("MÖLLER", number="7")) == "https://moeller.example/7"


def test_one_service_of_a_carrier_can_have_its_own_entry() -> None:
    own = Carriers({"dhl/Parcel Local": Carrier(name="DHL Paket"), "dhl": Carrier(name="DHL")})
    assert own.name(shipment("DHL", "Parcel  Local")) == "DHL Paket"
    assert own.name(shipment("DHL", "Worldwide")) == "DHL"


@given(st.sampled_from(["UPS", "usps", "fedex_canada", "Royal Mail", "DHL"]), st.text(max_size=60))
def test_no_tracking_number_can_change_where_a_link_leads(carrier: str, number: str) -> None:
    plain, given_number = (
        urlsplit(Carriers().link(shipment(carrier, number=text))) for text in ("1", number)
    )
    if number.strip():
        assert (plain.scheme, plain.netloc) == (given_number.scheme, given_number.netloc)
