"""Failed logins of the last minute, by store and client: how long a wrong one waits for its answer,
and when its client has to come again later.

A request whose login is right is never delayed and never refused, however many others failed: the
login is compared first. Pure; times are seconds of one monotonic clock.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import msgspec
from cachetools import LRUCache

from proxy.server.admission.clients import name_group

MOST_A_MINUTE: Final = 20
"""Failed logins of one client at one store, in any minute, that are answered 401."""

LONGEST_DELAY: Final = 3.0

# A person mistypes a password; a program goes on.
_FREE = 3
_FIRST_DELAY = 0.25
_MINUTE = 60.0
# Clients that are remembered, those that failed last; each takes about a kilobyte.
_MOST_CLIENTS = 10_000
_LONGEST_NAME = 200

_Failures = deque[tuple[float, str]]


class FailedLogin(msgspec.Struct, frozen=True):
    """What becomes of a failed login: seconds to wait before it is answered, and, where the client
    failed too often, seconds after which it may come again.
    """

    delay: float
    retry_after: float | None = None


class FailedLogins:
    """The failed logins of one process. Its memory is bounded, however many clients ask."""

    def __init__(self) -> None:
        self._clients: LRUCache[tuple[str, str], _Failures] = LRUCache(_MOST_CLIENTS)

    def record(self, store: str, client: str, username: str, now: float) -> FailedLogin:
        """A login of `client` at `store`, as `username`, was wrong."""
        key = (store, name_group(client))
        failures: _Failures = self._clients.get(key) or deque(maxlen=MOST_A_MINUTE + 1)
        failures.append((now, username[:_LONGEST_NAME]))
        self._clients[key] = failures
        count = sum(now - failed_at < _MINUTE for failed_at, _ in failures)
        if count <= MOST_A_MINUTE:
            return FailedLogin(choose_delay(count))
        # The oldest but one of those kept has to be a minute old.
        return FailedLogin(choose_delay(count), _MINUTE - (now - failures[1][0]))

    def forgive(self, store: str, client: str, username: str) -> None:
        """A login was right: what failed from the same client under the same user name no longer
        counts.
        """
        key = (store, name_group(client))
        if (failures := self._clients.get(key)) is None:
            return
        name = username[:_LONGEST_NAME]
        kept = [(failed_at, failed) for failed_at, failed in failures if failed != name]
        if kept:
            self._clients[key] = deque(kept, maxlen=MOST_A_MINUTE + 1)
        else:
            del self._clients[key]

    def __len__(self) -> int:
        """How many clients are remembered."""
        return len(self._clients)


def choose_delay(failures: int) -> float:
    """Seconds before the answer to the last of so many failed logins."""
    if failures <= _FREE:
        return 0.0
    return min(LONGEST_DELAY, _FIRST_DELAY * 2.0 ** min(failures - _FREE - 1, 10))
