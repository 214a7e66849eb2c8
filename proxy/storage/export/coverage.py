"""How far stores have been covered, in the database: coverage, walks, gaps and the next sweep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import delete, select, update

from proxy.rules.coverage import Coverage, Walk
from proxy.rules.lateness import ShopList
from proxy.rules.pollers import Chain, Pollers
from proxy.storage.export.records import Gap
from proxy.storage.export.rows import StoreRows
from proxy.storage.tables import coverage, gaps, pollers, shop_lists, walks

_CHAINS = msgspec.json.Decoder(tuple[Chain, ...])


class DatabaseCoverageRows(StoreRows):
    """`CoverageRows` on a connection with an open transaction."""

    async def coverage(self) -> Coverage | None:
        """See `CoverageRows`, as for all below."""
        row = await self._first(
            select(coverage.c.since, coverage.c.covered_until, coverage.c.confirmed).where(
                self._own(coverage)
            )
        )
        return None if row is None else Coverage(**row)

    async def put_coverage(self, new: Coverage) -> None:
        """See `CoverageRows`."""
        await self._put(
            coverage, [msgspec.structs.asdict(new)], ("since", "covered_until", "confirmed")
        )

    async def walks(self) -> Sequence[Walk]:
        """See `CoverageRows`."""
        columns = (
            walks.c.snapshot_id.label("id"),
            walks.c.start,
            walks.c.read_from,
            walks.c.reaches,
            walks.c.until,
        )
        return [Walk(**row) for row in await self._all(select(*columns).where(self._own(walks)))]

    async def put_walk(self, walk: Walk) -> None:
        """See `CoverageRows`."""
        values = msgspec.structs.asdict(walk)
        values["snapshot_id"] = values.pop("id")
        await self._put(walks, [values], ("start", "read_from", "reaches", "until"))

    async def drop_walk(self, walk_id: int) -> None:
        """See `CoverageRows`."""
        await self._connection.execute(delete(walks).where(walks.c.snapshot_id == walk_id))

    async def gaps(self) -> Sequence[Gap]:
        """See `CoverageRows`."""
        rows = await self._all(
            select(gaps.c.start, gaps.c.end, gaps.c.noted_at)
            .where(self._own(gaps))
            .order_by(gaps.c.start)
        )
        return [Gap(**row) for row in rows]

    async def put_gap(self, gap: Gap) -> None:
        """See `CoverageRows`."""
        await self._put(gaps, [msgspec.structs.asdict(gap)], ("end",))

    async def drop_gap(self, start: datetime) -> bool:
        """See `CoverageRows`."""
        gone = await self._connection.execute(
            delete(gaps).where(self._own(gaps), gaps.c.start == start)
        )
        return gone.rowcount > 0

    async def shop_list(self) -> ShopList:
        """See `CoverageRows`."""
        columns = [shop_lists.c[name] for name in ShopList.__struct_fields__]
        row = await self._first(select(*columns).where(self._own(shop_lists)))
        if row is None:
            return ShopList()
        lengths = {name: timedelta(seconds=row[name]) for name in ("lookback", "clock_behind")}
        return ShopList(**row | lengths)

    async def put_shop_list(self, state: ShopList) -> None:
        """See `CoverageRows`."""
        lengths = {
            "lookback": round(state.lookback.total_seconds()),
            "clock_behind": round(state.clock_behind.total_seconds()),
        }
        row = msgspec.structs.asdict(state) | lengths
        await self._put(shop_lists, [row], list(ShopList.__struct_fields__))

    async def pollers(self) -> Pollers:
        """See `CoverageRows`."""
        row = await self._first(
            select(pollers.c.chains, pollers.c.second_at).where(self._own(pollers))
        )
        if row is None:
            return Pollers()
        return Pollers(chains=_CHAINS.decode(row["chains"]), second_at=row["second_at"])

    async def put_pollers(self, state: Pollers) -> None:
        """See `CoverageRows`."""
        chains = msgspec.json.encode(state.chains).decode()
        row = {"chains": chains, "second_at": state.second_at}
        await self._put(pollers, [row], ("chains", "second_at"))

    async def sweep_due_at(self) -> datetime | None:
        """See `CoverageRows`."""
        row = await self._first(select(coverage.c.sweep_due_at).where(self._own(coverage)))
        return None if row is None else row["sweep_due_at"]

    async def put_sweep_due_at(self, due_at: datetime) -> None:
        """See `CoverageRows`."""
        await self._connection.execute(
            update(coverage).where(self._own(coverage)).values(sweep_due_at=due_at)
        )
