"""Country names and codes as shops write them, turned into ISO 3166-1 alpha-2.

The standard's tables and their translations are pycountry's, read when they are first needed.
"""

from __future__ import annotations

import gettext
import unicodedata
from functools import cache
from typing import Any

# No name of a country is longer.
_LONGEST_NAME = 100
# The languages that shops' names of countries are read in, by pycountry's names of them.
_LANGUAGES = """ar bg ca cs da de el es et fi fr he hr hu id is it ja ko lt lv nb_NO nl pl pt
pt_BR ro ru sk sl sr sv th tr uk vi zh_CN zh_TW"""
# Names that the standard does not have. XK is not in it, yet in every shop's list.
_OTHER_NAMES = """
AE UAE|Emirates
BA Bosnia|Bosnia Herzegovina
BN Brunei
BQ Caribbean Netherlands|Bonaire
CC Cocos Islands|Keeling Islands
CD Democratic Republic of the Congo|DR Congo|DRC|Congo Kinshasa
CG Congo Brazzaville
CI Ivory Coast|Cote d Ivoire
CN China PR|Mainland China
CV Cape Verde
ES Canary Islands|IC
FK Falkland Islands
FM Micronesia
GB UK|U K|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|United Kingdom UK|XI
GB Großbritannien|Grande Bretagne|Gran Bretaña|Grã Bretanha|Gran Bretagna
GM The Gambia
GR EL|Hellas
HK Hong Kong SAR|Hong Kong SAR China
IE Republic of Ireland|Eire
KR Korea|Republic of Korea|Korea South
MF Saint Martin|St Martin
MK Macedonia|FYROM
MM Burma
MO Macau|Macao SAR China
NL Holland|The Netherlands
PS Palestine|State of Palestine|Palestinian Territory|Palestinian Territories
RU Russia|Russland|Russie|Rusia|Rússia|Rosja|Россия
SH Saint Helena
SX Sint Maarten
SZ Swaziland
TL East Timor
TR Turkey
TW Taiwan ROC
US U S A|U S|United States US|America
VA Vatican City|Vatican|Holy See
VI United States Virgin Islands|US Virgin Islands|Virgin Islands US
XK XK|XKX|Kosovo
"""


def _fold_name(text: str) -> str:
    """Letters and digits in lower case, without accents, single blanks between words; "&" and
    "Saint" in one form.
    """
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text)
        if not unicodedata.combining(letter)
    )
    bare = bare.replace("&", " and ").replace("\u2019", "").replace("'", "")
    words = "".join(letter.lower() if letter.isalnum() else " " for letter in bare).split()
    return " ".join("saint" if word == "st" else word for word in words)


@cache
def _index_names() -> dict[str, str]:
    """The standard's codes and English names, and the others above."""
    import pycountry  # noqa: PLC0415 - reading its tables takes longer than all else of an import

    known: dict[str, str] = {}
    for country in pycountry.countries:
        for form in (country.alpha_2, country.alpha_3, country.numeric, *_list_names(country)):
            known[_fold_name(form)] = country.alpha_2
    for row in _OTHER_NAMES.strip().splitlines():
        two, names = row.split(" ", 1)
        known |= {_fold_name(name): two for name in names.split("|")}
    return known


@cache
def _index_foreign_names() -> dict[str, str]:
    """The names in other languages, without those that mean two countries."""
    import pycountry  # noqa: PLC0415 - as above

    found: dict[str, set[str]] = {}
    for language in _LANGUAGES.split():
        words = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language])
        for country in pycountry.countries:
            for name in _list_names(country):
                found.setdefault(_fold_name(words.gettext(name)), set()).add(country.alpha_2)
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}


def _list_names(country: Any) -> list[str]:
    """A country's names in English: the standard's, the everyday one and the official one."""
    every = (getattr(country, name, "") for name in ("name", "common_name", "official_name"))
    return [name for name in every if name]


def load_names() -> None:
    """Read the tables that are read on first need otherwise, which takes about half a second."""
    _index_names()
    _index_foreign_names()


def find_country(text: str) -> str:
    """The alpha-2 code of a country given by a code of ISO 3166-1 (two letters, three, or digits)
    or by its name in English or another usual language, in any case; empty if it is none we know.
    """
    name = _fold_name(text[:_LONGEST_NAME])
    if not name:
        return ""
    return _index_names().get(name) or _index_foreign_names().get(name, "")
