r"""Regular expressions that cannot hang: a small, familiar syntax, matched in time linear in the
text.

Python's own `re` tries every way to match and can take years over forty letters. Here all ways are
followed side by side (Pike's machine), so a pattern of m instructions over n characters takes at
most n·m steps, whatever the pattern and the text.

Known: literals, `.`, classes `[a-z]` and `[^/]`, `\d \w \s` and their opposites, `^ $`, groups
`(…)` and `(?:…)`, `|`, and `* + ? {2} {2,} {2,5}` with a `?` behind for the shortest match. Not
known: look-around and back-references.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from connectors.language.pattern_machine import Step, Test, run_program

MOST_PATTERN: Final = 200
"""Characters a pattern may have."""

MOST_PROGRAM: Final = 400
"""Instructions a pattern may come to, repeats written out."""

_DEPTH: Final = 20
_MOST_DIGITS: Final = 3
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t"}


class PatternError(ValueError):
    """The pattern cannot be read; the message ends with the character, counted from 1."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"{message} (character {column} of the pattern)")


_Program = list[Step]


class Pattern(msgspec.Struct, frozen=True):
    """A compiled pattern. `groups` is how many groups it captures."""

    program: tuple[Step, ...]
    groups: int

    def search(self, text: str) -> tuple[str | None, ...] | None:
        """The first match from the left: the whole of it, then each group; None where there is
        none.
        """
        slots = run_program(self.program, text, 2 * (self.groups + 1))
        if slots is None:
            return None
        return tuple(
            text[slots[at] : slots[at + 1]] if slots[at + 1] >= 0 else None
            for at in range(0, len(slots), 2)
        )


def compile_pattern(source: str) -> Pattern:
    """Read a pattern. Raises `PatternError`."""
    if len(source) > MOST_PATTERN:
        raise PatternError(
            f"expected a pattern of at most {MOST_PATTERN} characters, found {len(source)}",
            MOST_PATTERN + 1,
        )
    parser = _Parser(source)
    program = parser.read_choice(0)
    if parser.at < len(source):
        raise parser.make_error("found ')' without its '('")
    return Pattern(program=(*_save_group(program, 0), Step("match")), groups=parser.groups)


def _save_group(program: _Program, group: int) -> _Program:
    return [Step("save", slot=2 * group), *program, Step("save", slot=2 * group + 1)]


def _choose_way(ways: Sequence[_Program]) -> _Program:
    """Any of `ways`, the first preferred. Jumps count from where they stand."""
    size = 1 + sum(len(way) + 1 for way in ways)
    program: _Program = []
    starts = []
    for way in ways:
        starts.append(1 + len(program))
        program += way
        program.append(Step("jump", ways=(size - 1 - len(program),)))
    return [Step("jump", ways=tuple(starts)), *program]


def _make_optional(part: _Program, *, lazy: bool, again: bool) -> _Program:
    """`part` or nothing; with `again`, any number of times."""
    back = [Step("jump", ways=(-1 - len(part),))] if again else []
    ways = (1, 1 + len(part) + len(back))
    return [Step("jump", ways=ways[::-1] if lazy else ways), *part, *back]


class _Parser:
    """Reads a pattern from left to right, straight into instructions."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.groups = 0

    def make_error(self, message: str) -> PatternError:
        return PatternError(message, self.at + 1)

    def peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def take(self, text: str) -> bool:
        found = self.source.startswith(text, self.at)
        self.at += len(text) * found
        return found

    def read_choice(self, depth: int) -> _Program:
        if depth > _DEPTH:
            raise self.make_error(f"expected groups at most {_DEPTH} deep")
        ways = [self.read_sequence(depth)]
        while self.take("|"):
            ways.append(self.read_sequence(depth))
        return _choose_way(ways) if len(ways) > 1 else ways[0]

    def read_sequence(self, depth: int) -> _Program:
        program: _Program = []
        while self.peek() and self.peek() not in "|)":
            program += self.read_repeat(self.read_atom(depth))
        return program

    def read_repeat(self, part: _Program) -> _Program:
        bounds = self.read_bounds()
        if bounds is None:
            return part
        least, most = bounds
        lazy = self.take("?")
        if self.peek() in ("*", "+", "?", "{"):
            raise self.make_error("found a repeat of a repeat")
        if (len(part) + 2) * (most or least + 1) > MOST_PROGRAM:
            raise self.make_error("expected a shorter pattern: its repeats make it too large")
        rest = (
            _make_optional(part, lazy=lazy, again=True)
            if most is None
            else _make_optional(part, lazy=lazy, again=False) * (most - least)
        )
        return part * least + rest

    def read_bounds(self) -> tuple[int, int | None] | None:
        for sign, least, most in (("*", 0, None), ("+", 1, None), ("?", 0, 1)):
            if self.take(sign):
                return least, most
        if self.peek() != "{":
            return None
        end = self.source.find("}", self.at)
        first, comma, last = self.source[self.at + 1 : max(end, self.at + 1)].partition(",")
        if end < 0 or not _short_number(first) or (last and not _short_number(last)):
            raise self.make_error(
                "expected a repeat such as {2} or {2,5}; a plain brace is written \\{"
            )
        if last and int(last) < int(first):
            raise self.make_error("expected the smaller number first")
        self.at = end + 1
        upper = int(last) if last else None
        return int(first), upper if comma else int(first)

    def read_atom(self, depth: int) -> _Program:
        if self.take("("):
            return self.read_group(depth)
        if self.take("["):
            return [Step("take", test=self.read_members())]
        if self.take("^"):
            return [Step("start")]
        if self.take("$"):
            return [Step("end")]
        if self.take("."):
            return [Step("take", test="\n".__ne__)]
        if self.peek() in "*+?{":
            raise self.make_error(f"found {self.peek()!r} with nothing before it to repeat")
        return [Step("take", test=self.read_single())]

    def read_group(self, depth: int) -> _Program:
        opened = self.at
        number = 0
        if not self.take("?:"):
            if self.peek() == "?":
                raise self.make_error("expected (?:…); look-around and named groups are not known")
            self.groups += 1
            number = self.groups
        program = self.read_choice(depth + 1)
        if not self.take(")"):
            self.at = opened - 1
            raise self.make_error("expected ')' for this group, found the end")
        return _save_group(program, number) if number else program

    def read_single(self) -> Test:
        char = self.peek()
        self.at += 1
        return self.read_escape() if char == "\\" else char.__eq__

    def read_escape(self) -> Test:
        char = self.peek()
        if not char:
            raise self.make_error("expected a character after the backslash")
        known = _CLASSES.get(char)
        if known is None and char.isalnum() and char not in _ESCAPES:
            raise self.make_error(f"the escape \\{char} is not known")
        self.at += 1
        return known or _ESCAPES.get(char, char).__eq__

    def read_members(self) -> Test:
        opened = self.at
        negated = self.take("^")
        tests: list[Test] = []
        while not tests or self.peek() != "]":
            if not self.peek():
                self.at = opened - 1
                raise self.make_error("expected ']' for this class, found the end")
            tests.append(self.read_member())
        self.at += 1
        return lambda char: any(test(char) for test in tests) != negated

    def read_member(self) -> Test:
        first = self.peek()
        single = self.read_single()
        if (
            first == "\\"
            or self.peek() != "-"
            or self.source[self.at + 1 : self.at + 2] in {"]", ""}
        ):
            return single
        self.at += 1
        last = self.peek()
        if last == "\\" or last < first:
            raise self.make_error("expected a range such as a-z")
        self.at += 1
        return lambda char: first <= char <= last


def _short_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS


def _is_digit(char: str) -> bool:
    return char.isascii() and char.isdecimal()


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


_CLASSES: Final[dict[str, Test]] = {
    "d": _is_digit,
    "D": lambda char: not _is_digit(char),
    "w": _is_word,
    "W": lambda char: not _is_word(char),
    "s": str.isspace,
    "S": lambda char: not char.isspace(),
}
