"""What a format of answers is: from bytes to plain values, or to a sentence that says why not."""

from __future__ import annotations

from typing import Any, Final, Protocol

import msgspec

MOST_PARTS: Final = 1_000_000
"""So many elements, lines or rows an answer may have. An order has some hundred."""


class Decoded(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as plain values: texts, lists and objects.

    `faults` says in short phrases what was mended; `marks` what is wrong with rows that stand in
    the values as `connectors.reading.rows.MARK` says.
    """

    values: Any
    faults: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()


class FormatError(ValueError):
    """The answer is not in the format, or not wholly.

    The message is a fragment without any text of the answer, which may hold a buyer's data.
    `is_cut`: the answer stops before its end. `is_too_large`: it has too many parts.
    """

    def __init__(self, fault: str, *, is_cut: bool = False, is_too_large: bool = False) -> None:
        super().__init__(fault)
        self.is_cut = is_cut
        self.is_too_large = is_too_large


class AnswerFormat(Protocol):
    """One format with the choices that settings make in it."""

    @property
    def name(self) -> str:
        """What people call it, e.g. XML."""
        ...

    @property
    def accepts(self) -> str:
        """The `Accept` header by which it is asked for."""
        ...

    @property
    def may_be_empty(self) -> bool:
        """Whether an answer without a byte is in the format."""
        ...

    def decode(self, content: bytes) -> Decoded:
        """The values of an answer. Raises `FormatError`."""
        ...
