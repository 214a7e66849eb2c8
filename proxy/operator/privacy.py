"""What the operator's page hides of an order's buyer: names, streets, mail, phone and their notes.

Town, region and country stay, because orders are held for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connectors.orders import Address, Order, RejectedOrder
from connectors.upstream.masking import MASK, Mask

_LONGEST_NAME = 60
# By what JSON's keys and XML's elements call what is a person's own. Kept apart from longer names
# that mean something else: a shipping method's name, a product's.
_PERSONAL = re.compile(
    r"(?:.*[_.-])?(?:e?[_-]?mail|phone|mobile|tel|fax|first[_-]?name|last[_-]?name|full[_-]?name|surname"
    r"|given[_-]?name|family[_-]?name|company|street|addr(?:ess)?(?:[_-]?(?:line)?[_-]?[1-4])?|line[12]"
    r"|birth.*|vat.*|tax[_-]?id|cpf|cnpj|ip|ip[_-]?address|user[_-]?agent|(?:customer|buyer|gift)[_-]?(?:note|notes|message)"
    r"|note|notes|internalnotes|customernotes|giftmessage|customercode)s?",
    re.IGNORECASE,
)
# A `name` there is a person's.
_PEOPLE = re.compile(
    r"(?:.*[_.-])?(?:bill(?:ing)?(?:[_-]?to)?|ship(?:ping)?(?:[_-]?to)?|delivery|invoice|customer|buyer"
    r"|recipient|address|contact|user)(?:[_-]?address)?(?:es)?",
    re.IGNORECASE,
)


class BuyerMask:
    """Hides what is the buyer's, by the words of the order where it could be read, and by the names
    of keys and elements.
    """

    def __init__(self, order: Order | RejectedOrder) -> None:
        self._mask = Mask(_list_words(order) if isinstance(order, Order) else ())

    def text(self, text: str, path: tuple[str, ...] = ()) -> str:
        """A text that stands at `path`, a name for each level, e.g. `("billing", "phone")`."""
        if text and path and _is_personal(path):
            return MASK
        return self._mask.text(text)

    def value(self, value: Any, path: tuple[str, ...] = ()) -> Any:
        """A value of JSON with all texts in it hidden that `text` hides; numbers that are a
        person's, too.
        """
        match value:
            case dict():
                return {key: self.value(each, (*path, str(key))) for key, each in value.items()}
            case list() | tuple():
                return [self.value(each, path) for each in value]
            case str():
                return self.text(value, path)
            case bool() | None:
                return value
            case _:
                return MASK if path and _is_personal(path) else value


def _is_personal(path: tuple[str, ...]) -> bool:
    name = path[-1][:_LONGEST_NAME]
    if _PERSONAL.fullmatch(name):
        return True
    return name.casefold() == "name" and any(
        _PEOPLE.fullmatch(each[:_LONGEST_NAME]) for each in path[-2:-1]
    )


def _list_words(order: Order) -> Iterator[str]:
    for address in (order.customer.ship_to, order.customer.bill_to):
        yield from _list_address(address)
    yield from (order.customer.code, order.customer_notes, order.internal_notes, order.gift_message)


def _list_address(address: Address) -> Iterator[str]:
    yield from (address.name, address.company, address.line1, address.line2)
    yield from (address.phone, address.email, address.tax_id)
    yield from address.name.split()
