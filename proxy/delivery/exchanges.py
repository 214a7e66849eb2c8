"""What is kept of the exchanges with the shop during one attempt, for the operator.

Little, because it is kept for every attempt: the requests and their statuses, and the bodies of
writes and of what failed. Reads that succeed hold the order and its buyer, and nothing to learn. An
answer that holds an address may be another order's: it is kept without that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from connectors.quoting import make_printable
from connectors.shipments import Shipment
from connectors.upstream.exchange import Exchange
from connectors.upstream.masking import MASK, Mask
from proxy.storage.outbox.interface import KeptExchange

MOST_EXCHANGES: Final = 24
"""Exchanges kept of one attempt: the first of them, and the last."""

_FIRST = 8
_LONGEST_BODY = 1_000
_LONGEST_URL = 300
# Bytes that are looked at of a body: more than its text needs after masking.
_MOST_BYTES = 2 * _LONGEST_BODY
_BEFORE_JSON = b"\xef\xbb\xbf \t\r\n"
_LARGEST_JSON = 65_536
_LONGEST_NAME = 100
# Names that stand beside a buyer's texts, as shops write them: `first_name`, `addressLine1`.
_BUYERS = re.compile(
    r"(?:[a-z]+_?)?(?:(?:first|last|full|sur)_?name|street|address|e-?mail|phone|mobile"
    r"|post_?code|postal_?code|zip|(?:customer|gift)_?(?:note|message))(?:_?(?:line)?_?\d|_?code)?",
    re.IGNORECASE,
)
_KEPT = frozenset({"id", "number", "status", "state", "code"})


class ExchangeRecorder:
    """Keeps what an operator may need of an attempt to tell the shop of `shipment`.

    What the notice says about the buyer is hidden, as secrets are.
    """

    def __init__(self, shipment: Shipment) -> None:
        self._shipment = shipment
        self._first: list[KeptExchange] = []
        self._last: list[KeptExchange] = []

    @cached_property
    def _mask(self) -> Mask:
        """Made for the first body, because it costs more than all else."""
        return Mask(_list_buyers_words(self._shipment))

    def take(self, exchange: Exchange) -> None:
        """An exchange is over."""
        kept = self._keep(exchange)
        if len(self._first) < _FIRST:
            self._first.append(kept)
            return
        self._last.append(kept)
        del self._last[: _FIRST - MOST_EXCHANGES]

    def list_kept(self) -> tuple[KeptExchange, ...]:
        """In the order in which they ended."""
        return (*self._first, *self._last)

    def _keep(self, exchange: Exchange) -> KeptExchange:
        telling = exchange.writes or exchange.failed
        return KeptExchange(
            method=exchange.method,
            url=make_printable(exchange.url[:_LONGEST_URL]),
            status=exchange.status,
            seconds=round(exchange.seconds, 3),
            step=exchange.step,
            error=self._shorten(exchange.error.encode(errors="replace")),
            request=self._shorten(exchange.request_body) if telling else "",
            answer=self._shorten(hide_addresses(exchange.response_body)) if telling else "",
        )

    def _shorten(self, body: bytes) -> str:
        if not body:
            return ""
        cut = len(body) > _MOST_BYTES
        text = body[:_MOST_BYTES].decode(errors="replace")
        shown = make_printable(self._mask.text(text, was_cut=cut))
        return f"{shown[:_LONGEST_BODY]}…" if cut or len(shown) > _LONGEST_BODY else shown


def hide_addresses(body: bytes) -> bytes:
    """An answer in JSON without the texts of addresses and of what else names a buyer; of JSON that
    is long or broken the length alone. Other answers stay: they are sentences, or pages.
    """
    if body.lstrip(_BEFORE_JSON)[:1] not in {b"{", b"["}:
        return body
    if len(body) > _LARGEST_JSON:
        return f"({len(body)} bytes of JSON)".encode()
    try:
        shown, hidden = _hide_buyers(json.loads(body.lstrip(_BEFORE_JSON)))
    except (ValueError, RecursionError):
        return f"({len(body)} bytes of broken JSON)".encode()
    return json.dumps(shown, ensure_ascii=False).encode(errors="replace") if hidden else body


def _hide_buyers(value: object) -> tuple[object, bool]:
    """The JSON without buyers, and whether there were any."""
    if isinstance(value, list):
        found = [_hide_buyers(inner) for inner in value]
        return [inner for inner, _ in found], any(hidden for _, hidden in found)
    if not isinstance(value, dict):
        return value, False
    names_buyer = any(
        isinstance(inner, str) and _BUYERS.fullmatch(name[:_LONGEST_NAME])
        for name, inner in value.items()
    )
    shown: dict[str, object] = {}
    hidden = False
    for name, inner in value.items():
        if names_buyer and isinstance(inner, str) and name not in _KEPT:
            shown[name], hidden = (MASK if inner else inner), True
        else:
            shown[name], inner_hidden = _hide_buyers(inner)
            hidden |= inner_hidden
    return shown, hidden


def _list_buyers_words(shipment: Shipment) -> Iterator[str]:
    """The texts of a notice that are about its buyer."""
    buyer = shipment.recipient
    if buyer is not None:
        yield from (buyer.name, buyer.company, buyer.line1, buyer.line2, buyer.phone, buyer.email)
        yield from buyer.name.split()
    yield from (shipment.customer_notes, shipment.notes_to_customer, shipment.internal_notes)
