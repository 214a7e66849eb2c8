"""What can go wrong between us and a shop, ordered by what to do next: try again, or call a person.

Nothing here knows HTTP or a shipping client. Messages are one readable sentence, hold no secret,
and may be shown to a merchant as they stand. The shop's own words in them may hold a buyer's data,
so a log leaves those out: see `ConnectorError.quoting`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

# How many ids are named where several orders share a number, and how many characters of each.
_MOST_NAMED = 5
_MOST_OF_A_NAME = 100


class ConnectorError(Exception):
    """Everything a connector may raise. `str(error)` is one sentence for the merchant.

    `words` is the part of the sentence that is not ours but the shop's; it does not reach a log.
    """

    words: str = ""

    def quoting(self, words: str) -> Self:
        """This error, whose sentence repeats these words of the shop."""
        self.words = words
        return self


class TemporaryError(ConnectorError):
    """Worth another try.

    `retry_after` is the wait in seconds that the shop itself asked for, if it did.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnavailableError(TemporaryError):
    """The shop did not answer as a working shop does: refused, reset, timed out, 5xx, body cut
    short, a bot wall.

    `reached` is false when no connection came about: then nothing of the request was sent, and a
    write may be repeated.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, reached: bool = True
    ) -> None:
        super().__init__(message, retry_after=retry_after)
        self.reached = reached


class TooLargeError(UnavailableError):
    """The shop's answer is larger than we read. The same request would fail again; one for less may
    succeed.
    """


class IncompleteListingError(TemporaryError):
    """The shop's list of orders cannot be proved complete, so no part of it may be given as all.

    The message names what the shop ignores or contradicts.
    """


class ThrottledError(TemporaryError):
    """The shop asked us to slow down: 429, or its own bucket is full."""


class CircuitOpenError(TemporaryError):
    """We have stopped asking this shop for a while, because it kept failing.

    `retry_after` says for how long.
    """


class UnsentError(ConnectorError):
    """A dry run: the write was shown to the observer and not sent.

    A connector that can go on without the shop's answer does so, and shows its further writes.
    """


class PermanentError(ConnectorError):
    """No repeat of the same request will help; a person must act."""


class AuthenticationError(PermanentError):
    """The shop does not accept our credentials, or they lack a right: 401, 403.

    `status` and `code` as in `RefusedError`.
    """

    def __init__(self, message: str, *, status: int | None = None, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class OrderNotFoundError(PermanentError):
    """The shop does not know the order."""


class ConflictError(PermanentError):
    """The order is in a state that forbids what was asked, e.g. a shipment for a cancelled
    order.
    """


class SharedNumberError(ConflictError):
    """Several orders bear the number that a shipment names its order by, and nothing else of it
    tells which one was shipped.
    """

    def __init__(self, number: str, ids: Iterable[str]) -> None:
        named = sorted(set(ids), key=lambda each: (len(each), each))
        some = ", ".join(each[:_MOST_OF_A_NAME] for each in named[:_MOST_NAMED])
        super().__init__(
            f"{len(named)} orders have the number {number[:_MOST_OF_A_NAME]!r} (ids: {some}), and"
            " nothing else says which of them was shipped. Tell the right one by its id with"
            " `portside ship`, or mark it as shipped in the shop; then discard this delivery."
        )


class RefusedError(PermanentError):
    """Another 4xx, with the shop's words.

    `status` is the shop's HTTP status, `code` its machine-readable error word if it sent one.
    """

    def __init__(self, message: str, *, status: int | None = None, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class PartError(PermanentError):
    """The shop fails for something that one order needs, and answers for others: it costs that
    order alone.

    The message names the request and the shop's answer. A later request may succeed.
    """


class UnreadableResponseError(PermanentError):
    """A success that is not what the shop promises, e.g. a web page in place of JSON.

    The message names the path that failed.
    """
