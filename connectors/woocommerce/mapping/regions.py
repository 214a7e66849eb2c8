"""The regions for which WooCommerce has codes of its own that say nothing on a label. Pure.

The codes and names are those of WooCommerce's `i18n/states.php`, which a shop also answers under
`/data/countries/XX`: those of further countries are read from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from connectors.reading.regions import CODED
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.values import read_text

_JAPAN = (
    "Hokkaido Aomori Iwate Miyagi Akita Yamagata Fukushima Ibaraki Tochigi Gunma Saitama Chiba"
    " Tokyo Kanagawa Niigata Toyama Ishikawa Fukui Yamanashi Nagano Gifu Shizuoka Aichi Mie Shiga"
    " Kyoto Osaka Hyogo Nara Wakayama Tottori Shimane Okayama Hiroshima Yamaguchi Tokushima Kagawa"
    " Ehime Kochi Fukuoka Saga Nagasaki Kumamoto Oita Miyazaki Kagoshima Okinawa"
)
_CHINA = (
    "Yunnan|Beijing|Tianjin|Hebei|Shanxi|Inner Mongolia|Liaoning|Jilin|Heilongjiang|Shanghai"
    "|Jiangsu|Zhejiang|Anhui|Fujian|Jiangxi|Shandong|Henan|Hubei|Hunan|Guangdong|Guangxi Zhuang"
    "|Hainan|Chongqing|Sichuan|Guizhou|Shaanxi|Gansu|Qinghai|Ningxia Hui|Macao|Tibet|Xinjiang"
)
_OTHERS = {
    "GR": (
        "I Attica|A East Macedonia and Thrace|B Central Macedonia|C West Macedonia|D Epirus"
        "|E Thessaly|F Ionian Islands|G West Greece|H Central Greece|J Peloponnese|K North Aegean"
        "|L South Aegean|M Crete"
    ),
    "IE": (
        "CW Carlow|CN Cavan|CE Clare|CO Cork|DL Donegal|D Dublin|G Galway|KY Kerry|KE Kildare"
        "|KK Kilkenny|LS Laois|LM Leitrim|LK Limerick|LD Longford|LH Louth|MO Mayo|MH Meath"
        "|MN Monaghan|OY Offaly|RN Roscommon|SO Sligo|TA Tipperary|WD Waterford|WH Westmeath"
        "|WX Wexford|WW Wicklow"
    ),
    "DE": (
        "DE-BW Baden-Württemberg|DE-BY Bavaria|DE-BE Berlin|DE-BB Brandenburg|DE-HB Bremen"
        "|DE-HH Hamburg|DE-HE Hesse|DE-MV Mecklenburg-Vorpommern|DE-NI Lower Saxony"
        "|DE-NW North Rhine-Westphalia|DE-RP Rhineland-Palatinate|DE-SL Saarland|DE-SN Saxony"
        "|DE-ST Saxony-Anhalt|DE-SH Schleswig-Holstein|DE-TH Thuringia"
    ),
}


def _index_names() -> Mapping[str, Mapping[str, str]]:
    named = {
        country: {code: name for code, _, name in (row.partition(" ") for row in rows.split("|"))}
        for country, rows in _OTHERS.items()
    }
    named["JP"] = {f"JP{place:02}": name for place, name in enumerate(_JAPAN.split(), 1)}
    named["CN"] = {f"CN{place}": name for place, name in enumerate(_CHINA.split("|"), 1)}
    return named


_NAMES = _index_names()


def name_region(code: str, country: str) -> str:
    """The name behind one of WooCommerce's private codes in `country` (ISO alpha-2); anything else
    stays as it is.
    """
    named = _NAMES.get(country)
    return code if named is None else named.get(code.upper(), code)


# ISO 3166-1 alpha-2.
_COUNTRY = re.compile(r"[A-Z]{2}")
# How WooCommerce writes codes: `B` of Spain, `TR34`, `BD-05`, `MZMPM`.
_CODE = re.compile(r"[A-Z0-9]{1,3}|-?[0-9]{1,4}")
_REST_OF_CODE = re.compile(r"-?[A-Z0-9]{1,5}")
# No code of WooCommerce's is longer.
_LONGEST_CODE = 10
_ADDRESSES = ("billing", "shipping")


def list_unknown_countries(order: wire.Order) -> Iterator[str]:
    """The countries of the order's addresses whose region is a code that is not known here, and
    that carriers do not take: `TR34`, `BD-05`, `B` in Spain.
    """
    for name in _ADDRESSES:
        place = getattr(order, name)
        if isinstance(place, wire.Address) and place.state:
            country, state = read_text(place.country).upper(), read_text(place.state)
            if country not in _NAMES and country not in CODED and _is_code(state, country):
                yield country


def _is_code(state: str, country: str) -> bool:
    """Whether a region is a few capitals or digits, perhaps behind the country's code."""
    if len(state) > _LONGEST_CODE or _COUNTRY.fullmatch(country) is None:
        return False
    rest = state.upper().removeprefix(country)
    known = _CODE if rest == state.upper() else _REST_OF_CODE
    return known.fullmatch(rest if known is _REST_OF_CODE else state) is not None


def name_states(order: wire.Order, names: Mapping[str, Mapping[str, str]]) -> wire.Order:
    """The order with the names of its addresses' regions where `names` has them, by country and
    code.
    """
    changes = {}
    for part in _ADDRESSES:
        place = getattr(order, part)
        if isinstance(place, wire.Address):
            known = names.get(read_text(place.country).upper(), {})
            if name := known.get(read_text(place.state).upper()):
                changes[part] = msgspec.structs.replace(place, state=name)
    return msgspec.structs.replace(order, **changes) if changes else order
