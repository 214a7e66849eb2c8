"""The regions for which WooCommerce has codes of its own that say nothing on a label. Pure.

The codes and names are those of WooCommerce's `i18n/states.php`, which a shop also answers under
`/data/countries/XX`.
"""

from __future__ import annotations

from collections.abc import Mapping

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
