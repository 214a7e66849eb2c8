"""The revision that the tables are at, and whether this Portside may work on them.

Revisions are numbered, so that they compare as texts. Each Portside that migrates notes the oldest
revision whose code can still work on what it made (`COMPATIBLE_FROM`): replicas of the version
before go on while an update is under way, and so does a version that is put back.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
from sqlalchemy import Connection, inspect, select, text, update

from proxy.storage.errors import StorageError
from proxy.storage.migrations import COMPATIBLE_FROM
from proxy.storage.tables import installation

_MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaState(msgspec.Struct, frozen=True):
    """What a database says of its tables; an empty revision: it has none of ours."""

    revision: str = ""
    compatible_from: str = ""

    @property
    def is_newer(self) -> bool:
        """Whether a newer Portside made the tables."""
        return self.revision > newest_revision()

    @property
    def is_older(self) -> bool:
        """Whether tables are missing that this Portside counts on."""
        return self.revision < newest_revision()

    def refuse_newer(self) -> None:
        """Raises StorageError where a newer Portside made tables that this one must not touch."""
        if self.is_newer and not "" < self.compatible_from <= newest_revision():
            raise StorageError(
                f"a newer Portside made this database (tables at {self.revision}, this version"
                f" knows {newest_revision()}); install that version again, or go back to a copy of"
                " the database from before the update"
            )

    def refuse(self) -> None:
        """Raises StorageError unless this Portside can work on the tables as they are."""
        if not self.revision:
            raise StorageError(
                "the database has no tables of Portside's; `portside serve` makes them"
            )
        self.refuse_newer()
        if self.is_older:
            raise StorageError(
                f"an older Portside made this database (tables at {self.revision}, this version"
                f" needs {newest_revision()}); `portside serve` brings it up to date"
            )


@cache
def newest_revision() -> str:
    """The revision that this Portside's migrations lead to."""
    revisions = [path.name[:4] for path in _MIGRATIONS.glob("versions/**/[0-9]*.py")]
    if not revisions:
        raise StorageError("Portside is installed without its migrations; install it again")
    return max(revisions)


def read_state(connection: Connection) -> SchemaState:
    """Where the tables stand."""
    tables = inspect(connection)
    if not tables.has_table("alembic_version"):
        return SchemaState()
    revision = connection.execute(text("select version_num from alembic_version")).scalar()
    compatible_from = (
        connection.execute(select(installation.c.compatible_from)).scalar()
        if tables.has_table(installation.name)
        else ""
    )
    return SchemaState(revision or "", compatible_from or "")


def upgrade(connection: Connection) -> None:
    """Bring the tables up to date; those of a newer Portside are left as they are.

    Raises StorageError for tables that this Portside must not touch.
    """
    state = read_state(connection)
    state.refuse_newer()
    if state.is_newer:
        return
    if state.is_older:
        _run_revisions(connection)
    connection.execute(update(installation).values(compatible_from=COMPATIBLE_FROM))


def _run_revisions(connection: Connection) -> None:
    # Imported here, because most starts find their tables up to date, and Alembic is a sixth of all
    # that a start imports.
    from alembic import command  # noqa: PLC0415 - said above
    from alembic.config import Config  # noqa: PLC0415 - said above

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    # Older revisions lie in folders of their own.
    config.set_main_option("recursive_version_locations", "true")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
