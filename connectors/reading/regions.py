"""Regions of an address as carriers take them: their codes in the United States, Canada, Australia,
Brazil and Italy, however the shop spells them; elsewhere the name in place of a code of ISO 3166-2
(`JP-13`, or `B` in Spain), which says nothing on a label. No I/O.

The codes are those of the countries' posts: USPS Publication 28, Canada Post's and Australia Post's
addressing guidelines; those of Brazil and Italy, and names, are pycountry's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from connectors.reading.markup import fold_name

_CODES = {
    "US": """AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut
DE Delaware|DC District of Columbia|DC Washington DC|FL Florida|GA Georgia|HI Hawaii|ID Idaho
IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland
MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska
NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina
ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina
SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington
WV West Virginia|WI Wisconsin|WY Wyoming|AS American Samoa|GU Guam|MP Northern Mariana Islands
PR Puerto Rico|VI Virgin Islands|VI US Virgin Islands|AA Armed Forces Americas|AA Armed Forces AA
AE Armed Forces Europe|AE Armed Forces AE|AP Armed Forces Pacific|AP Armed Forces AP""",
    "CA": """AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NS Nova Scotia|NU Nunavut
NL Newfoundland and Labrador|NL Newfoundland|NT Northwest Territories|ON Ontario|QC Quebec
PE Prince Edward Island|SK Saskatchewan|YT Yukon|YT Yukon Territory""",
    "AU": """ACT Australian Capital Territory|NSW New South Wales|NT Northern Territory
QLD Queensland|SA South Australia|TAS Tasmania|VIC Victoria|WA Western Australia""",
}


# Whose posts write the codes of ISO 3166-2, those of letters: its numbers are larger regions.
_BY_STANDARD = frozenset({"BR", "IT"})
CODED = frozenset({*_CODES, *_BY_STANDARD})
"""The countries in which carriers take a region's code; elsewhere its name."""
# How a code looks that stands without its country's.
_BARE_CODE = re.compile(r"[A-Z0-9]{1,3}")
# More than any region's name has; a longer text is not one.
_LONGEST = 60


def _fold(name: str) -> str:
    """A name without accents, blanks and regard to case, "&" being "and"."""
    letters = unicodedata.normalize("NFKD", name.replace("&", "and"))
    return fold_name("".join(each for each in letters if not unicodedata.combining(each)))


def _list_rows(table: str) -> Iterator[tuple[str, str]]:
    for row in table.replace("\n", "|").split("|"):
        code, _, name = row.partition(" ")
        yield code, name


def _index_codes(rows: Iterator[tuple[str, str]]) -> Mapping[str, str]:
    return {_fold(form): code for code, name in rows for form in (code, name)}


_KNOWN = {country: _index_codes(_list_rows(table)) for country, table in _CODES.items()}


@cache
def _index_names() -> Mapping[str, str]:
    """The names of all regions by their codes, `JP-13`."""
    import pycountry  # noqa: PLC0415 - reading its table takes longer than all else of an import

    return {each.code: _simplify(each.name) for each in pycountry.subdivisions}


def _simplify(name: str) -> str:
    """The name without alternatives in brackets, and without macrons, as in `Mahārāshtra`."""
    letters = unicodedata.normalize("NFD", name.partition(" [")[0]).replace(
        "\N{COMBINING MACRON}", ""
    )
    return unicodedata.normalize("NFC", letters)


def load_regions() -> None:
    """Read the table that is read on first need otherwise, which takes about half a second."""
    _index_names()


@cache
def _find_codes(country: str) -> Mapping[str, str]:
    """The codes that the posts of a country write, by codes and names."""
    if country not in _BY_STANDARD:
        return _KNOWN[country]
    codes = (code.partition("-") for code in _index_names())
    letters = (rest for start, _, rest in codes if start == country and rest.isalpha())
    return _index_codes((code, _index_names()[f"{country}-{code}"]) for code in letters)


@lru_cache(maxsize=4096)
def write_region(region: str, country: str, name: str = "") -> str:
    """The region as an address in `country` (ISO alpha-2) has it: `Texas`, `tx` and `US-TX` become
    `TX`, `JP-13` becomes `Tokyo`; what is not known stays as it is. `name` is its name, where the
    shop gives that beside a code.
    """
    stated = region or name
    if not country or not stated or len(stated) > _LONGEST or len(name) > _LONGEST:
        return stated
    prefix, _, rest = region.partition("-")
    is_coded = bool(rest) and prefix.strip().upper() == country
    if country in CODED:
        known = _find_codes(country)
        code = known.get(_fold(rest if is_coded else region)) or known.get(_fold(name))
        if code is not None:
            return code
    if name:
        return name
    if is_coded or (country not in CODED and _BARE_CODE.fullmatch(region)):
        code = rest.strip().upper() if is_coded else region
        return _index_names().get(f"{country}-{code}", region)
    return region
