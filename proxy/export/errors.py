"""What can go wrong while a window is being given, beyond what the shop's side raises."""

from __future__ import annotations

import connectors.errors
from connectors.errors import ConnectorError, PermanentError, TemporaryError
from proxy.storage.export.records import Snapshot


class StillReadingError(TemporaryError):
    """The shop has not been read far enough within the time ShipStation is kept waiting.

    Reading goes on; the next poll finds its work.
    """


class BuildFailedError(Exception):
    """Reading the window ended in a fault of our own; the log has it."""


def stored_error(snapshot: Snapshot) -> Exception:
    """The failure another replica, or an earlier request, met with this window, as it was raised
    there.
    """
    kind = getattr(connectors.errors, snapshot.error, None)
    if not isinstance(kind, type) or not issubclass(kind, ConnectorError):
        return BuildFailedError(snapshot.message)
    if issubclass(kind, TemporaryError):
        error: ConnectorError = kind(snapshot.message, retry_after=snapshot.retry_after)
    elif issubclass(kind, PermanentError):
        error = kind(snapshot.message)
    else:
        error = ConnectorError(snapshot.message)
    # Which words of it are the shop's is not stored.
    return error.quoting(snapshot.message)
