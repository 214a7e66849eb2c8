"""`portside check --watch`: the same work again whenever a file changes."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

# In seconds: short beside the time that a person takes to look up from the editor.
_LOOK = 0.5


def watch_file(file: Path, work: Callable[[], object]) -> None:
    """Do `work` now and after each change of `file`, until Ctrl-C. What would end the command is
    shown, and the watch goes on.
    """
    done: tuple[int, ...] | None = ()
    while True:
        found = _read_stamp(file)
        if found != done:
            done = found
            click.echo(f"\n{datetime.now():%H:%M:%S}  {file}")  # noqa: DTZ005 - the operator's clock
            try:
                work()
            except click.ClickException as error:
                error.show()
        time.sleep(_LOOK)


def _read_stamp(file: Path) -> tuple[int, ...] | None:
    """What differs once the file has been written or replaced; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
