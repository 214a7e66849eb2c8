"""The stores that a table has rows of, without reading those rows."""

from __future__ import annotations

from sqlalchemy import CTE, Column, func, select


def list_stores(column: Column[str]) -> CTE:
    """The stores in a column that an index begins with: the first by name, the one after each, and
    null at the end. A statement goes to the index once for a store, whatever else the table holds.
    """
    first = select(func.min(column).label("store"))
    stores = first.cte("stores", recursive=True)
    following = select(func.min(column)).where(column > stores.c.store)
    return stores.union_all(select(following.scalar_subquery()).where(stores.c.store.is_not(None)))
