"""Whether one client polls a store or two do, by the windows that are asked for.

Pure: no clock, no storage.

A client goes on where its last window ended, or begins again where that began if it failed. So its
windows are a chain. Two clients walk two chains in turn: each goes on from its own end, although
the other one's windows came after it. Each then moves the line for orders that only the other has.

Rules:

  * A window that starts where the last window of a chain ended, to the minute or the next one, is
    that chain's next link. One that starts where the last window started repeats it: the answer was
    lost, or another page of it expired. Any other window begins a chain.
  * A window that ended long before it was asked for is a look into history and says nothing.
  * A link crosses if another chain was given a link since this chain's last window. Two chains that
    crossed twice each are two clients: a single one that starts elsewhere, by hand or after a
    failure, leaves its old chain for good.
  * A chain that nothing joined for `IDLE` is forgotten.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from connectors.orders import Window

_MINUTE = timedelta(minutes=1)
# Longer than the day that windows are known to last at most, and than a weekend.
IDLE = timedelta(days=3)
# A client's clock, and its way to us, may be off by so much.
_HISTORY = timedelta(hours=1)
_TWICE = 2
# Of a client that jumps about; its latest chains stay.
_MOST_CHAINS = 8
# Of a window that is repeated with later and later ends.
_MOST_ENDS = 8


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """The windows of one client: where the last one started and, as often as it was repeated,
    ended; when that was; and when the chain was last given a link.
    """

    start: datetime
    ends: tuple[datetime, ...]
    at: datetime
    linked_at: datetime | None = None
    crossed: int = 0


class Pollers(msgspec.Struct, frozen=True, kw_only=True):
    """The chains of a store; `second_at`: when two clients last crossed."""

    chains: tuple[Chain, ...] = ()
    second_at: datetime | None = None


def note_window(state: Pollers, asked: Window, now: datetime) -> Pollers:
    """The state after a window that was not asked for before."""
    if asked.end < now - _HISTORY:
        return state
    chains = [chain for chain in state.chains if now - chain.at < IDLE]
    known = _find_chain(chains, asked.start)
    others = [chain for chain in chains if chain is not known]
    grown = _grow(known, others, asked, now)
    crossing = [chain for chain in (*others, grown) if chain.crossed >= _TWICE]
    has_crossed = known is not None and grown.crossed > known.crossed
    return Pollers(
        chains=(*others[1 - _MOST_CHAINS :], grown),
        second_at=now if has_crossed and len(crossing) >= _TWICE else state.second_at,
    )


def has_second_poller(state: Pollers, now: datetime) -> bool:
    """Whether two clients poll this store."""
    return state.second_at is not None and now - state.second_at < IDLE


def _find_chain(chains: list[Chain], start: datetime) -> Chain | None:
    """The chain that a window with this start belongs to; the latest of several."""
    fitting = (chain for chain in chains if start == chain.start or _is_next(chain, start))
    return max(fitting, key=lambda chain: chain.at, default=None)


def _is_next(chain: Chain, start: datetime) -> bool:
    return any(
        timedelta(0) <= start - end.replace(second=0, microsecond=0) <= _MINUTE
        for end in chain.ends
    )


def _grow(known: Chain | None, others: list[Chain], asked: Window, now: datetime) -> Chain:
    if known is None:
        return Chain(start=asked.start, ends=(asked.end,), at=now)
    if asked.start == known.start:
        ends = dict.fromkeys((*known.ends, asked.end))
        return msgspec.structs.replace(known, ends=tuple(ends)[-_MOST_ENDS:], at=now)
    crosses = any(chain.linked_at is not None and chain.linked_at > known.at for chain in others)
    return Chain(
        start=asked.start,
        ends=(asked.end,),
        at=now,
        linked_at=now,
        crossed=known.crossed + crosses,
    )
