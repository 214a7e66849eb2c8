"""The account's carriers: the codes of ShipStation's API, the words of its notices for the same
carriers, and their services.

Sources: docs.shipstation.com, API v1, "List carriers" and "List services"; the words are those of
the Custom Store Development Guide.
"""

from __future__ import annotations

import msgspec


class Service(msgspec.Struct, frozen=True):
    """A carrier's service."""

    code: str
    name: str


class Carrier(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier account: `word` is what a notice calls the carrier."""

    code: str
    name: str
    word: str
    services: tuple[Service, ...]


CARRIERS = (
    Carrier(
        code="stamps_com",
        name="Stamps.com",
        word="USPS",
        services=(
            Service("usps_ground_advantage", "USPS Ground Advantage"),
            Service("usps_priority_mail", "USPS Priority Mail"),
        ),
    ),
    Carrier(
        code="ups_walleted",
        name="UPS by ShipStation",
        word="UPS",
        services=(
            Service("ups_ground", "UPS® Ground"),
            Service("ups_2nd_day_air", "UPS 2nd Day Air®"),
        ),
    ),
    Carrier(
        code="fedex",
        name="FedEx",
        word="FedEx",
        services=(Service("fedex_ground", "FedEx Ground®"),),
    ),
)


def find_carrier(code: str) -> Carrier | None:
    """The carrier account of this code."""
    return next((carrier for carrier in CARRIERS if carrier.code == code), None)


def name_carrier(code: str) -> str:
    """What a notice calls the carrier of this code; one that is not an account's, as it is."""
    carrier = find_carrier(code)
    return carrier.word if carrier is not None else code


def name_service(code: str | None) -> str:
    """What a notice calls the service of this code; nothing for none."""
    services = (service for carrier in CARRIERS for service in carrier.services)
    return next((service.name for service in services if service.code == code), code or "")
