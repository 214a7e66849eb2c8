"""Async generators that a piece of code drops unfinished and leaves to the garbage collector."""

from __future__ import annotations

import gc
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def list_abandoned() -> Iterator[list[str]]:
    """The names of generators that began inside and were dropped before their end; complete on
    leaving.
    """
    names: list[str] = []
    before = sys.get_asyncgen_hooks()

    def note(generator: AsyncGenerator[Any, Any]) -> None:
        names.append(str(getattr(generator, "__qualname__", generator)))
        if before.finalizer is not None:
            before.finalizer(generator)

    sys.set_asyncgen_hooks(finalizer=note)
    try:
        yield names
    finally:
        gc.collect()
        sys.set_asyncgen_hooks(*before)
