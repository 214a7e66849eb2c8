"""What a run prints: steps, what was seen, and whether it was as expected."""

from __future__ import annotations

import sys
import time


class Transcript:
    """Prints as it goes; `broken` are the expectations that were not met."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._last = ""
        self.met = 0
        self.broken: list[str] = []

    def step(self, title: str) -> None:
        """A new step begins."""
        self._print(f"\n[{time.monotonic() - self._began:5.1f} s] {title}")

    def say(self, text: str) -> None:
        """Something that was seen."""
        self._print(f"    {text}")

    def expect(self, promise: str, kept: bool) -> None:  # noqa: FBT001 -- reads as a sentence
        """A promise, and whether it was kept. A run of the same promise is printed once."""
        if kept:
            self.met += 1
        else:
            self.broken.append(promise)
        mark = "✓" if kept else "✗"
        if self._last != f"{mark}{promise}":
            self._print(f"  {mark} {promise}")
        self._last = f"{mark}{promise}"

    def end(self) -> int:
        """The last line; the exit status."""
        self._print(
            f"\n{self.met} expectations met, {len(self.broken)}"
            f" not{': ' + '; '.join(self.broken) if self.broken else ''}."
        )
        return 1 if self.broken else 0

    def _print(self, text: str) -> None:
        self._last = ""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
