"""What can go wrong with what we keep: the database does not answer, or another process got there
first.
"""

from __future__ import annotations


class StorageError(Exception):
    """The database did not do what was asked: nothing may be claimed as stored.

    The message names the reason, not the data.
    """


class LeaseLostError(Exception):
    """The lease had lapsed and the delivery belongs to another worker now; what we found out about
    it was not written.
    """


class UnknownDeliveryError(Exception):
    """No delivery has this number."""
