"""Alembic's way in: runs the revisions on the connection it is handed, inside the caller's
transaction.
"""

from __future__ import annotations

from alembic import context

from proxy.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
