"""What is kept of the exchanges with the shop during one attempt, for the operator.

Little, because it is kept for every attempt: the requests and their statuses, and the bodies of
writes and of what failed. Reads that succeed hold the order and its buyer, and nothing to learn.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final

from connectors.quoting import make_printable
from connectors.shipments import Shipment
from connectors.upstream.exchange import Exchange
from connectors.upstream.masking import Mask
from proxy.storage.outbox.interface import KeptExchange

MOST_EXCHANGES: Final = 24
"""Exchanges kept of one attempt: the first of them, and the last."""

_FIRST = 8
_LONGEST_BODY = 1_000
_LONGEST_URL = 300
# Bytes that are looked at of a body: more than its text needs after masking.
_MOST_BYTES = 2 * _LONGEST_BODY


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
            answer=self._shorten(exchange.response_body) if telling else "",
        )

    def _shorten(self, body: bytes) -> str:
        if not body:
            return ""
        cut = len(body) > _MOST_BYTES
        text = body[:_MOST_BYTES].decode(errors="replace")
        shown = make_printable(self._mask.text(text, was_cut=cut))
        return f"{shown[:_LONGEST_BODY]}…" if cut or len(shown) > _LONGEST_BODY else shown


def _list_buyers_words(shipment: Shipment) -> Iterator[str]:
    """The texts of a notice that are about its buyer."""
    buyer = shipment.recipient
    if buyer is not None:
        yield from (buyer.name, buyer.company, buyer.line1, buyer.line2, buyer.phone, buyer.email)
        yield from buyer.name.split()
    yield from (shipment.customer_notes, shipment.notes_to_customer, shipment.internal_notes)
