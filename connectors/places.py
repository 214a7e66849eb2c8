"""Where a text of the settings stands, carried along with it, so that an order that cannot be read
can name the line to mend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

import msgspec

PLACES = "places"
"""The key of pydantic's validation context under which a loader of settings gives `PlaceOf`."""

Path = tuple[str | int, ...]
PlaceOf = Callable[[Path], str]
"""From the path of a value inside the connector's block to its place, e.g.

`settings.yaml:41`; empty if not known.
"""


class PlacedText(str):
    """A text and the place where it was written. To everything else it is the text."""

    __slots__ = ("place",)
    place: str

    @classmethod
    def at(cls, text: str, place: str) -> Self:
        """The text, with its place."""
        placed = cls(text)
        placed.place = place
        return placed


def with_places(value: Any, place_of: PlaceOf, path: Path = ()) -> Any:
    """A block of settings whose texts know where they stand.

    Texts that know already keep what they know.
    """
    match value:
        case PlacedText():
            return value
        case str():
            return PlacedText.at(value, place_of(path))
        case dict():
            return {
                name: with_places(inner, place_of, (*path, name)) for name, inner in value.items()
            }
        case list():
            return [
                with_places(inner, place_of, (*path, index)) for index, inner in enumerate(value)
            ]
        case _:
            return value


class MisplacedError(ValueError):
    """A fault of settings that a block finds in one of its parts: `path` leads from the block to
    the part.
    """

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path

    def behind(self, *path: str | int) -> MisplacedError:
        """The same fault, told from further outside."""
        return MisplacedError((*path, *self.path), str(self))


@contextmanager
def locate_faults(*path: str | int) -> Iterator[None]:
    """Faults found inside stand behind this path."""
    try:
        yield
    except MisplacedError as error:
        raise error.behind(*path) from None


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a field of an order came from: the JSON path or expression, and the settings' line if
    it is known.
    """

    field: str
    path: str
    place: str = ""
    value: Any = None
