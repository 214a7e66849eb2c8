"""What all tables share: how their indexes and keys are named, and how their rows are numbered."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    },
)

# SQLite numbers rows by itself only in a column of exactly this type.
row_number = BigInteger().with_variant(Integer, "sqlite")
