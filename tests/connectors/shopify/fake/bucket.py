"""The leaky bucket by which a fake Shopify limits requests or points."""

from __future__ import annotations

import time
from collections.abc import Callable


class Bucket:
    """A leaky bucket by the wall clock: `size` drops, `leak` a second; `refused` counts what was
    too much.
    """

    def __init__(
        self, size: float, leak: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.size = size
        self.leak = leak
        self.level = 0.0
        self.refused = 0
        self._clock = clock
        self._at = clock()

    def pour(self, drops: float) -> bool:
        """Whether they fit."""
        now = self._clock()
        self.level = max(self.level - (now - self._at) * self.leak, 0.0)
        self._at = now
        if self.level + drops > self.size:
            self.refused += 1
            return False
        self.level += drops
        return True
