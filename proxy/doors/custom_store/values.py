"""What a value of an order looks like on ShipStation's wire: text within its limit, ids untouched,
amounts with two decimals, links and addresses that work or none.

An error names the field without the way to it where the field stands in a list.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from hashlib import blake2s

from connectors.orders import Address, Customer, ItemOption, LineItem
from proxy.doors.custom_store.errors import InvalidOrderError
from proxy.doors.custom_store.orders_xsd import LARGEST, LONGEST, MOST_OPTIONS, MOST_PIECES
from proxy.doors.custom_store.text import ELLIPSIS, clean, cut, is_carried, units

_LONGEST_ID = LONGEST["OrderID"]
_ID_RULE = f"1 to {_LONGEST_ID} printable characters"
# A longer text is not an id, and no database column of ours holds it.
_LONGEST_SHOP_ID = 200
_LONGEST_LINK = LONGEST["Items/Item/ImageUrl"]
_LONGEST_EMAIL = LONGEST["Customer/BillTo/Email"]
_LONGEST_CODE = LONGEST["Customer/CustomerCode"]
_LONGEST_SHOWN = 40
_CENT = Decimal("0.01")
_LEAST = -LARGEST

_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_BLANKS = re.compile(" {2,}")
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_UPC = re.compile(r"\d{1,12}", re.ASCII)
# Narrower than what XML Schema takes for a URI, so that no image costs an order.
_PATH = r"(?:[^\s\[\]<>\"{}|\\^`%#]|%[0-9A-Fa-f]{2})*"
_IMAGE = re.compile(rf"https?://[\w.-]+(?::\d{{1,5}})?(?:[/?]{_PATH})?(?:#{_PATH})?")


def require_number(text: str, field: str) -> str:
    """An order's number as it goes out: people compare it, and it comes back in a notice."""
    text = fold_number(text)
    if not text:
        raise InvalidOrderError(field, _ID_RULE, "nothing")
    if not _is_carried_whole(text):
        raise InvalidOrderError(field, _ID_RULE, f"{len(text)}: {text[: _LONGEST_ID + 1]!r}")
    return text


def fold_number(text: str) -> str:
    """An order's number with single blanks, inside alone.

    Nothing says that ShipStation keeps others, people do not see them, and notices are read without
    those at the ends.
    """
    return text if text.isalnum() else _BLANKS.sub(" ", text.strip())


def require_id(text: str, field: str) -> str:
    """An id as it goes out: it comes back in a notice and must then still name the same thing."""
    if not text.strip():
        raise InvalidOrderError(field, _ID_RULE, "nothing")
    if len(text) > _LONGEST_SHOP_ID or "\0" in text:
        rule = f"an id of at most {_LONGEST_SHOP_ID} characters without NUL"
        raise InvalidOrderError(field, rule, f"{len(text)}: {text[:_LONGEST_SHOWN]!r}")
    return make_alias(text)


def make_alias(text: str) -> str:
    """An id that ShipStation can carry: the shop's own, or always the same alias for one that is
    too long or holds what does not come back as it went out.
    """
    if not text.strip() or _is_carried_whole(text):
        return text
    digest = blake2s(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()
    return f"id-{digest}"


def _is_carried_whole(text: str) -> bool:
    if text.isalnum() and text.isascii() and len(text) <= _LONGEST_ID:
        return True  # most ids
    return units(text) <= _LONGEST_ID and is_carried(text) and text == text.strip()


def require_country(code: str, field: str) -> str:
    """The country of an address to ship to: two capital letters, without which it is refused."""
    if not is_country(code):
        found = repr(code[:_LONGEST_SHOWN]) if code else "nothing"
        raise InvalidOrderError(field, "a country's two capital letters (ISO 3166)", found)
    return code


def is_country(code: str) -> bool:
    """Whether `code` is two capital letters."""
    return _COUNTRY.fullmatch(code) is not None


def is_currency(code: str) -> bool:
    """Whether `code` is three capital letters."""
    return _CURRENCY.fullmatch(code) is not None


def is_product_code(code: str) -> bool:
    """Whether `code` fits into `UPC`: one to twelve digits."""
    return _UPC.fullmatch(code) is not None


def write_quantity(pieces: int) -> str:
    """A whole number from 1 to the schema's largest. Raises InvalidOrderError."""
    if not 1 <= pieces <= MOST_PIECES:
        rule = f"a whole number from 1 to {MOST_PIECES}"
        raise InvalidOrderError("Quantity", rule, _shorten_number(pieces))
    return str(pieces)


def write_money(value: Decimal, field: str) -> str:
    """An amount with two decimals, half a cent rounded away from zero; without exponent, separators
    or a minus before zero. Raises InvalidOrderError.
    """
    rounded = _round(value, field)
    return str(rounded) if rounded else "0.00"


def write_decimal(value: Decimal | int, field: str, smallest: Decimal) -> str:
    """A number as `write_money` writes it, at least `smallest`. Raises InvalidOrderError."""
    rounded = max(_round(value, field), smallest)
    return str(rounded) if rounded else "0.00"


def _round(value: Decimal | int, field: str) -> Decimal:
    exact = value if isinstance(value, Decimal) else Decimal(value)
    try:
        rounded = exact.quantize(_CENT, ROUND_HALF_UP)
        if _LEAST <= rounded <= LARGEST:
            return rounded
    except InvalidOperation:
        pass
    rule = f"an amount of at most {LARGEST}"
    raise InvalidOrderError(field, rule, _shorten_number(exact))


def write_weight(value: Decimal) -> str:
    """A weight above zero: what rounds to nothing still weighs the least that can be said."""
    return write_decimal(value, "Weight", _CENT)


@lru_cache(maxsize=4096)
def fit_link(url: str) -> str:
    """A link to an image, or nothing if ShipStation would refuse it.

    The same goods are sold again and again: judging a link costs more than all else of its line.
    """
    fits = url and len(url) <= _LONGEST_LINK and _IMAGE.fullmatch(url) and clean(url) == url
    return url if fits else ""


def fit_email(address: str) -> str:
    """An e-mail address, or nothing if it is too long: cut short it would reach the wrong
    person or none.
    """
    return address if len(address) <= _LONGEST_EMAIL else ""


def make_customer_code(customer: Customer, number: str) -> str:
    """The buyer's code, else their e-mail address, else the order's number.

    One over the limit ends in a digest, so that no two become one.
    """
    code = clean(customer.code or customer.bill_to.email or customer.ship_to.email or number)
    shortened = cut(code, _LONGEST_CODE)
    if shortened != code:
        digest = blake2s(code.encode(), digest_size=4).hexdigest()
        shortened = cut(code, _LONGEST_CODE - len(digest)) + digest
    return shortened


def choose_name(address: Address, other: Address) -> str:
    """Whose address it is: the person, else the company, else the name in the order's other address
    names.
    """
    for name in (address.name, address.company, other.name, other.company):
        if name.strip():
            return name
    return ""


def choose_line_name(item: LineItem) -> str:
    """What a line is called, which may not be empty."""
    return item.name if item.name.strip() else item.sku or item.id


def limit_options(options: tuple[ItemOption, ...]) -> tuple[ItemOption, ...]:
    """As many options as ShipStation takes; the last one then tells the rest."""
    if len(options) <= MOST_OPTIONS:
        return options
    kept, rest = options[: MOST_OPTIONS - 1], options[MOST_OPTIONS - 1 :]
    told = "; ".join(f"{option.name}: {option.value}" for option in rest)
    return (*kept, ItemOption(name="More", value=told))


def _shorten_number(number: Decimal | int) -> str:
    """A number as an error may show it.

    Python refuses to write out a whole number of thousands of digits, other than as a Decimal.
    """
    text = str(Decimal(number))
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + ELLIPSIS
