"""Country names and codes as shops write them, turned into ISO 3166-1 alpha-2. No I/O."""

from __future__ import annotations

import unicodedata

# No name of a country is longer.
_LONGEST_NAME = 100
# ISO 3166-1: alpha-2, alpha-3, everyday English name. XK is not in the standard, yet in every
# shop's list.
_TABLE = """
AD AND Andorra; AE ARE United Arab Emirates; AF AFG Afghanistan; AG ATG Antigua and Barbuda;
AI AIA Anguilla; AL ALB Albania; AM ARM Armenia; AO AGO Angola; AQ ATA Antarctica; AR ARG Argentina;
AS ASM American Samoa; AT AUT Austria; AU AUS Australia; AW ABW Aruba; AX ALA Åland Islands;
AZ AZE Azerbaijan; BA BIH Bosnia and Herzegovina; BB BRB Barbados; BD BGD Bangladesh;
BE BEL Belgium; BF BFA Burkina Faso; BG BGR Bulgaria; BH BHR Bahrain; BI BDI Burundi; BJ BEN Benin;
BL BLM Saint Barthélemy; BM BMU Bermuda; BN BRN Brunei; BO BOL Bolivia;
BQ BES Caribbean Netherlands; BR BRA Brazil; BS BHS Bahamas; BT BTN Bhutan; BV BVT Bouvet Island;
BW BWA Botswana; BY BLR Belarus; BZ BLZ Belize; CA CAN Canada; CC CCK Cocos Islands;
CD COD Democratic Republic of the Congo; CF CAF Central African Republic; CG COG Congo;
CH CHE Switzerland; CI CIV Ivory Coast; CK COK Cook Islands; CL CHL Chile; CM CMR Cameroon;
CN CHN China; CO COL Colombia; CR CRI Costa Rica; CU CUB Cuba; CV CPV Cape Verde; CW CUW Curaçao;
CX CXR Christmas Island; CY CYP Cyprus; CZ CZE Czechia; DE DEU Germany; DJ DJI Djibouti;
DK DNK Denmark; DM DMA Dominica; DO DOM Dominican Republic; DZ DZA Algeria; EC ECU Ecuador;
EE EST Estonia; EG EGY Egypt; EH ESH Western Sahara; ER ERI Eritrea; ES ESP Spain; ET ETH Ethiopia;
FI FIN Finland; FJ FJI Fiji; FK FLK Falkland Islands; FM FSM Micronesia; FO FRO Faroe Islands;
FR FRA France; GA GAB Gabon; GB GBR United Kingdom; GD GRD Grenada; GE GEO Georgia;
GF GUF French Guiana; GG GGY Guernsey; GH GHA Ghana; GI GIB Gibraltar; GL GRL Greenland;
GM GMB Gambia; GN GIN Guinea; GP GLP Guadeloupe; GQ GNQ Equatorial Guinea; GR GRC Greece;
GS SGS South Georgia and the South Sandwich Islands; GT GTM Guatemala; GU GUM Guam;
GW GNB Guinea-Bissau; GY GUY Guyana; HK HKG Hong Kong; HM HMD Heard Island and McDonald Islands;
HN HND Honduras; HR HRV Croatia; HT HTI Haiti; HU HUN Hungary; ID IDN Indonesia; IE IRL Ireland;
IL ISR Israel; IM IMN Isle of Man; IN IND India; IO IOT British Indian Ocean Territory; IQ IRQ Iraq;
IR IRN Iran; IS ISL Iceland; IT ITA Italy; JE JEY Jersey; JM JAM Jamaica; JO JOR Jordan;
JP JPN Japan; KE KEN Kenya; KG KGZ Kyrgyzstan; KH KHM Cambodia; KI KIR Kiribati; KM COM Comoros;
KN KNA Saint Kitts and Nevis; KP PRK North Korea; KR KOR South Korea; KW KWT Kuwait;
KY CYM Cayman Islands; KZ KAZ Kazakhstan; LA LAO Laos; LB LBN Lebanon; LC LCA Saint Lucia;
LI LIE Liechtenstein; LK LKA Sri Lanka; LR LBR Liberia; LS LSO Lesotho; LT LTU Lithuania;
LU LUX Luxembourg; LV LVA Latvia; LY LBY Libya; MA MAR Morocco; MC MCO Monaco; MD MDA Moldova;
ME MNE Montenegro; MF MAF Saint Martin; MG MDG Madagascar; MH MHL Marshall Islands;
MK MKD North Macedonia; ML MLI Mali; MM MMR Myanmar; MN MNG Mongolia; MO MAC Macao;
MP MNP Northern Mariana Islands; MQ MTQ Martinique; MR MRT Mauritania; MS MSR Montserrat;
MT MLT Malta; MU MUS Mauritius; MV MDV Maldives; MW MWI Malawi; MX MEX Mexico; MY MYS Malaysia;
MZ MOZ Mozambique; NA NAM Namibia; NC NCL New Caledonia; NE NER Niger; NF NFK Norfolk Island;
NG NGA Nigeria; NI NIC Nicaragua; NL NLD Netherlands; NO NOR Norway; NP NPL Nepal; NR NRU Nauru;
NU NIU Niue; NZ NZL New Zealand; OM OMN Oman; PA PAN Panama; PE PER Peru; PF PYF French Polynesia;
PG PNG Papua New Guinea; PH PHL Philippines; PK PAK Pakistan; PL POL Poland;
PM SPM Saint Pierre and Miquelon; PN PCN Pitcairn; PR PRI Puerto Rico; PS PSE Palestine;
PT PRT Portugal; PW PLW Palau; PY PRY Paraguay; QA QAT Qatar; RE REU Réunion; RO ROU Romania;
RS SRB Serbia; RU RUS Russia; RW RWA Rwanda; SA SAU Saudi Arabia; SB SLB Solomon Islands;
SC SYC Seychelles; SD SDN Sudan; SE SWE Sweden; SG SGP Singapore; SH SHN Saint Helena;
SI SVN Slovenia; SJ SJM Svalbard and Jan Mayen; SK SVK Slovakia; SL SLE Sierra Leone;
SM SMR San Marino; SN SEN Senegal; SO SOM Somalia; SR SUR Suriname; SS SSD South Sudan;
ST STP Sao Tome and Principe; SV SLV El Salvador; SX SXM Sint Maarten; SY SYR Syria;
SZ SWZ Eswatini; TC TCA Turks and Caicos Islands; TD TCD Chad; TF ATF French Southern Territories;
TG TGO Togo; TH THA Thailand; TJ TJK Tajikistan; TK TKL Tokelau; TL TLS East Timor;
TM TKM Turkmenistan; TN TUN Tunisia; TO TON Tonga; TR TUR Turkey; TT TTO Trinidad and Tobago;
TV TUV Tuvalu; TW TWN Taiwan; TZ TZA Tanzania; UA UKR Ukraine; UG UGA Uganda;
UM UMI United States Minor Outlying Islands; US USA United States; UY URY Uruguay;
UZ UZB Uzbekistan; VA VAT Vatican City; VC VCT Saint Vincent and the Grenadines; VE VEN Venezuela;
VG VGB British Virgin Islands; VI VIR United States Virgin Islands; VN VNM Vietnam; VU VUT Vanuatu;
WF WLF Wallis and Futuna; WS WSM Samoa; XK XKX Kosovo; YE YEM Yemen; YT MYT Mayotte;
ZA ZAF South Africa; ZM ZMB Zambia; ZW ZWE Zimbabwe;
"""
_OTHER_NAMES = """
AE UAE|Emirates
BA Bosnia|Bosnia Herzegovina
BO Plurinational State of Bolivia
BN Brunei Darussalam
BQ Bonaire Sint Eustatius and Saba|Bonaire
CC Cocos Keeling Islands|Keeling Islands
CD DR Congo|DRC|Congo Kinshasa|Congo the Democratic Republic of the
CG Congo Brazzaville|Republic of the Congo
CI Cote dIvoire|Cote d Ivoire
CN China PR|Peoples Republic of China|Mainland China
CV Cabo Verde
CZ Czech Republic
DE Federal Republic of Germany
ES Canary Islands|IC
FK Falkland Islands Malvinas
FM Federated States of Micronesia
GB UK|U K|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|United Kingdom UK|XI
GB United Kingdom of Great Britain and Northern Ireland
GM The Gambia
GR EL|Hellas
HK Hong Kong SAR|Hong Kong SAR China
IE Republic of Ireland|Eire
IR Islamic Republic of Iran|Iran Islamic Republic of
KP Democratic Peoples Republic of Korea|Korea Democratic Peoples Republic of
KR Korea|Republic of Korea|Korea Republic of|Korea South
LA Lao Peoples Democratic Republic
MD Republic of Moldova|Moldova Republic of
MF Saint Martin French part|St Martin
MK Macedonia|FYROM
MM Burma
MO Macau|Macao SAR China
NL Holland|The Netherlands
PS State of Palestine|Palestinian Territory|Palestinian Territories
RU Russian Federation
SH Saint Helena Ascension and Tristan da Cunha
SX Sint Maarten Dutch part
SY Syrian Arab Republic
SZ Swaziland
TL Timor Leste
TR Turkiye
TW Taiwan Province of China|Taiwan ROC
TZ United Republic of Tanzania
US USA|U S A|U S|United States US|United States of America|America
VA Vatican|Holy See|Holy See Vatican City State
VE Bolivarian Republic of Venezuela
VG Virgin Islands British
VI US Virgin Islands|Virgin Islands US|Virgin Islands U S
VN Viet Nam
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


def _index_names() -> dict[str, str]:
    known: dict[str, str] = {}
    for row in _TABLE.strip().rstrip(";").split(";"):
        two, three, name = row.strip().split(" ", 2)
        known |= {_fold_name(form): two for form in (two, three, name)}
    for row in _OTHER_NAMES.strip().splitlines():
        two, names = row.split(" ", 1)
        known |= {_fold_name(name): two for name in names.split("|")}
    return known


_KNOWN = _index_names()


def find_country(text: str) -> str:
    """The alpha-2 code of a country given as alpha-2, alpha-3 or English name, in any case; empty
    if it is none we know.
    """
    return _KNOWN.get(_fold_name(text[:_LONGEST_NAME]), "")
