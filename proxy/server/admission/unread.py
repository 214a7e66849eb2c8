"""The answers of each store that wait for their clients to read them.

A client that proved its login may open many connections, ask on each and read nothing: every page
it does not take lies in memory until the client's time is up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from proxy.doors.custom_store.errors import WireError

# In bytes: a hundred ordinary pages. One answer alone may be larger.
MOST_UNREAD = 32 * 1024 * 1024


class UnreadAnswers:
    """Counts them in bytes."""

    def __init__(self) -> None:
        self._sizes = Counter[str]()

    @contextmanager
    def hold(self, store: str, size: int) -> Iterator[None]:
        """While an answer of `size` bytes is written to a client of the `store`.

        Raises WireError (429) where the store's clients have left too much unread.
        """
        unread = self._sizes[store]
        if unread and unread + size > MOST_UNREAD:
            raise WireError(
                f"the clients of this store have not read {unread} bytes of earlier answers; read"
                " them, or close their connections, and ask again",
                status=HTTPStatus.TOO_MANY_REQUESTS,
            )
        self._sizes[store] += size
        try:
            yield
        finally:
            self._sizes[store] -= size
            if not self._sizes[store]:
                del self._sizes[store]
