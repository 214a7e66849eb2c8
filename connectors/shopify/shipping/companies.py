"""How Shopify names the carriers. Pure.

A name from its list brings a tracking link by itself; any other name needs one beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from connectors.carriers import Carriers
from connectors.reading.markup import fold_name
from connectors.shipments import Shipment
from connectors.shopify.api.transport import Tracking

# Shopify compares a name letter by letter with its list: that of `FulfillmentTrackingInfo` in its
# GraphQL reference. The carriers that labels are bought from most often come first.
COMPANIES = [
    "USPS",
    "UPS",
    "FedEx",
    "DHL Express",
    "DHL eCommerce",
    "Canada Post",
    "Royal Mail",
    "Australia Post",
    "OnTrac",
    "APC",
    "Asendia USA",
    "4PX",
    "Amazon",
    "An Post",
    "BPost",
    "Canpar",
    "China Post",
    "Chronopost",
    "Colissimo",
    "Correios",
    "Correos",
    "CTT",
    "Deutsche Post",
    "DPD",
    "DPD Local",
    "DPD UK",
    "DX",
    "Estes",
    "Evri",
    "GLS",
    "La Poste",
    "LaserShip",
    "New Zealand Post",
    "Parcelforce",
    "PostNL",
    "PostNord",
    "Purolator",
    "Sendle",
    "Yodel",
]
# Our carriers' codes whose everyday name is not Shopify's.
_BY_CODE: Mapping[str, str] = MappingProxyType(
    {
        "asendia": "Asendia USA",
        "fedex_international_mail": "FedEx",
        "fedex_canada": "FedEx",
        "dhl_canada": "DHL Express",
    }
)
_FOLDED: Mapping[str, str] = MappingProxyType({fold_name(name): name for name in COMPANIES})


def find_company(name: str, code: str = "") -> str:
    """Shopify's spelling of a carrier, or the name as it is."""
    return _BY_CODE.get(code) or _FOLDED.get(fold_name(name)) or name


def build_tracking(shipment: Shipment, carriers: Carriers) -> Tracking:
    """The number, the carrier by Shopify's name, and a link where Shopify does not know the
    carrier.
    """
    carrier = carriers.of(shipment)
    name = find_company(carrier.name, carrier.code)
    number = shipment.tracking_number.strip()
    link = carrier.link(number)
    return Tracking(number=number, company=name, url="" if name in COMPANIES else link, link=link)
