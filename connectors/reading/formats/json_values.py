"""JSON as plain values, exactly: whole numbers are int, all others `Decimal`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import msgspec

LARGE: Final = 1024 * 1024
"""In bytes: what is decoded in one go; more takes longer than the event loop should stand still."""

_ANY: Final = msgspec.json.Decoder(float_hook=Decimal)
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
# An answer's first bracket stands in its first bytes.
_OPENING: Final = 64


def decode_slices(content: bytes | msgspec.Raw) -> Any:
    """`content` as plain values, decoded in slices of about a megabyte, so that a thread which
    decodes a large answer lets others run meanwhile.

    Raises one of `connectors.reading.complaints.UNDECODABLE`.
    """
    if len(memoryview(content)) <= LARGE:
        return _ANY.decode(content)
    match bytes(memoryview(content)[:_OPENING]).lstrip()[:1]:
        case b"[":
            return [decode_slices(each) for each in _LIST.decode(content)]
        case b"{":
            return {key: decode_slices(each) for key, each in _OBJECT.decode(content).items()}
    return _ANY.decode(content)
