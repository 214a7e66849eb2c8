"""What can be wrong with a message on ShipStation's wire, and how an error is told to
ShipStation.
"""

from __future__ import annotations

from lxml import etree

from proxy.doors.custom_store.text import fit_text

# ShipStation shows the beginning of an error's body to the merchant; a longer sentence would be cut
# off there.
SHOWN = 500
DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'


class WireError(Exception):
    """A request that cannot be understood.

    `str(error)` is one sentence: what was expected, what was found.

    `status` is the HTTP status to answer with; 400 unless the fault has its own (413 for a body
    that is too large).
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class InvalidOrderError(Exception):
    """An order that ShipStation would refuse, and with it the whole page, so it must not be sent.

    `field` is the element's path inside the order (`Customer/ShipTo/Country`), `rule` what it must
    hold, `reason` what it held instead. The reason names no buyer's data: personal fields are
    described by their length.
    """

    def __init__(self, field: str, rule: str, reason: str) -> None:
        super().__init__(f"{field}: expected {rule}, found {reason}")
        self.field = field
        self.rule = rule
        self.reason = reason


def encode_error(message: str) -> bytes:
    """`<Error>` with one readable sentence, as UTF-8 XML.

    It is never mistaken for orders: the root is not `Orders`.
    """
    error = etree.Element("Error")
    error.text = fit_text(message, SHOWN)
    return DECLARATION + etree.tostring(error, encoding="utf-8")
