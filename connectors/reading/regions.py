"""Regions of an address as carriers take them: their codes in the United States, Canada and
Australia, however the shop spells them; elsewhere the name in place of a code of ISO 3166-2
(`JP-13`), which says nothing on a label. No I/O.

The codes are those of the countries' posts: USPS Publication 28, Canada Post's and Australia Post's
addressing guidelines; names are pycountry's.
"""

from __future__ import annotations

from functools import lru_cache

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
QC Québec|PE Prince Edward Island|SK Saskatchewan|YT Yukon|YT Yukon Territory""",
    "AU": """ACT Australian Capital Territory|NSW New South Wales|NT Northern Territory
QLD Queensland|SA South Australia|TAS Tasmania|VIC Victoria|WA Western Australia""",
}


def _index_codes(table: str) -> dict[str, str]:
    rows = [row.split(" ", 1) for row in table.replace("\n", "|").split("|")]
    return {fold_name(form): code for code, name in rows for form in (code, name)}


_KNOWN = {country: _index_codes(table) for country, table in _CODES.items()}
# Whose posts write the code without the country's.
_BARE = frozenset({"BR", "IT"})
# More than any region's name has; a longer text is not one.
_LONGEST = 60


@lru_cache(maxsize=4096)
def write_region(region: str, country: str) -> str:
    """The region as an address in `country` (ISO alpha-2) has it: `Texas`, `tx` and `US-TX` become
    `TX`, and `JP-13` becomes `Tokyo`; what is not known stays as it is.
    """
    if not country or not region or len(region) > _LONGEST:
        return region
    prefix, _, rest = region.partition("-")
    is_coded = bool(rest) and prefix.strip().upper() == country
    known = _KNOWN.get(country)
    if known is not None:
        return known.get(fold_name(rest if is_coded else region), region)
    return (
        _name_code(f"{country}-{rest.strip().upper()}", country) or region if is_coded else region
    )


def _name_code(code: str, country: str) -> str:
    """What a code of ISO 3166-2 becomes in an address; empty where there is no such code."""
    import pycountry  # noqa: PLC0415 - reading its table takes long, and few shops need it

    found = pycountry.subdivisions.get(code=code)  # type: ignore[no-untyped-call] # of the package
    if found is None:
        return ""
    return code.partition("-")[2] if country in _BARE else str(found.name).partition(" [")[0]
