"""The usual time between polls stands beside each poll."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import sqlalchemy as sa
from alembic import op

from proxy.storage.times import UtcTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_polls = sa.table(
    "polls",
    sa.column("id", sa.BigInteger),
    sa.column("store", sa.String),
    sa.column("at", UtcTime),
    sa.column("usual_seconds", sa.Float),
)
_LOOKBACK = timedelta(days=3)
_FEWEST, _COVERED = 3, 0.75


def upgrade() -> None:
    """Make the column, and fill it of each store's last poll, so that a store that ShipStation has
    stopped polling keeps its alarm.
    """
    op.add_column("polls", sa.Column("usual_seconds", sa.Float, nullable=True))
    connection = op.get_bind()
    newest = sa.select(_polls.c.store, sa.func.max(_polls.c.at).label("at"))
    for store, last in connection.execute(newest.group_by(_polls.c.store)).all():
        own = _polls.c.store == store
        late = sa.select(_polls.c.at).where(own, _polls.c.at >= last - _LOOKBACK)
        began = connection.execute(late.order_by(_polls.c.at)).scalars().all()
        if len(began) >= _FEWEST:
            usual = _find_usual_seconds([(b - a).total_seconds() for a, b in pairwise(began)])
            filled = sa.update(_polls).where(own, _polls.c.at == last)
            connection.execute(filled.values(usual_seconds=usual))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("polls", "usual_seconds")


def _find_usual_seconds(spans: list[float]) -> float:
    covered = 0.0
    for span in sorted(spans):
        covered += span
        if covered >= sum(spans) * _COVERED:
            return span
    return max(spans)
