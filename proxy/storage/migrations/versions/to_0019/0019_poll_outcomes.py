"""The index of the polls holds what became of them, so that a store's last ones are read from it
alone.
"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put the outcome into the index."""
    op.drop_index("ix_polls_at", "polls")
    op.create_index("ix_polls_at", "polls", ["store", "at", "outcome"])


def downgrade() -> None:
    """Take it out."""
    op.drop_index("ix_polls_at", "polls")
    op.create_index("ix_polls_at", "polls", ["store", "at"])
