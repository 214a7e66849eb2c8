"""As much of GraphQL as a fake shop needs: documents are parsed, costed as Shopify costs them, and
answered from plain values.

A field that the answer does not have is an error, as on a real server, so that a misspelt query
cannot pass a test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(
    r'\s*(?:#[^\n]*\s*)*("(?:[^"\\]|\\.)*"|\.\.\.|[A-Za-z_]\w*|-?\d+|[{}()\[\]:$!=@,|])'
)


class LanguageError(ValueError):
    """The document is not one this server understands, or asks for a field that is not there."""


@dataclass
class Field:
    """A field with its arguments and what is wanted of it; a fragment has its type in `on` and no
    name. It is answered as `alias` where it has one.
    """

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    selections: list[Field] = field(default_factory=list)
    on: str = ""
    spread: str = ""
    alias: str = ""


@dataclass
class Variable:
    """A variable's place in an argument."""

    name: str


@dataclass
class Connection:
    """A list that is read page by page with `first` and `after`; the cursor is the place in the
    list, or what `key` gives of a row.

    `show` turns a row into what is answered, for the rows of a page alone.
    """

    rows: list[Any]
    key: Callable[[Any], str] | None = None
    show: Callable[[Any], Any] = lambda row: row


class Document:
    """One parsed request."""

    def __init__(self, text: str) -> None:
        self._tokens = _split(text)
        self._place = 0
        self.kind = "query"
        self.selections: list[Field] = []
        self.fragments: dict[str, list[Field]] = {}
        while self._place < len(self._tokens):
            self._definition()

    def _next(self) -> str:
        self._place += 1
        return self._tokens[self._place - 1]

    def _peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _expect(self, token: str) -> None:
        if (found := self._next()) != token:
            raise LanguageError(f"Parse error on {found!r}, expected {token!r}")

    def _definition(self) -> None:
        word = self._next()
        if word == "fragment":
            name = self._next()
            self._expect("on")
            self._next()
            self.fragments[name] = self._set()
            return
        self.kind = word
        if self._peek() not in "({":
            self._next()
        if self._peek() == "(":
            while self._next() != ")":
                pass
        self.selections = self._set()

    def _set(self) -> list[Field]:
        self._expect("{")
        found = []
        while self._peek() != "}":
            found.append(self._field())
        self._expect("}")
        return found

    def _field(self) -> Field:
        name = self._next()
        if name == "...":
            if self._peek() == "on":
                self._next()
                return Field("", on=self._next(), selections=self._set())
            return Field("", spread=self._next())
        one = Field(name)
        if self._peek() == ":":
            self._next()
            one = Field(self._next(), alias=name)
        if self._peek() == "(":
            self._next()
            while self._peek() != ")":
                argument = self._next()
                self._expect(":")
                one.arguments[argument] = self._value()
                if self._peek() == ",":
                    self._next()
            self._expect(")")
        if self._peek() == "{":
            one.selections = self._set()
        return one

    def _value(self) -> Any:
        token = self._next()
        if token == "$":
            return Variable(self._next())
        if token.startswith('"'):
            return token[1:-1]
        words: dict[str, Any] = {"true": True, "false": False, "null": None}
        if token in words:
            return words[token]
        return int(token) if token.lstrip("-").isdigit() else token


def _split(text: str) -> list[str]:
    tokens, place = [], 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise LanguageError(f"Parse error near {text[place : place + 10]!r}")
        tokens.append(match[1])
        place = match.end()
    return tokens


class Run:
    """One document with its variables, at work.

    `objects` counts what was answered, which is what it really cost.
    """

    def __init__(self, document: Document, variables: Mapping[str, Any]) -> None:
        self._document = document
        self._variables = variables
        self.objects = 0

    def arguments(self, one: Field) -> dict[str, Any]:
        """The arguments with the variables put in."""
        return {
            name: self._variables.get(value.name) if isinstance(value, Variable) else value
            for name, value in one.arguments.items()
        }

    def flat(self, selections: list[Field], kind: str = "") -> list[Field]:
        """The fields with all fragments laid out; those on another type are left out."""
        found = []
        for one in selections:
            if one.spread:
                found += self.flat(self._document.fragments[one.spread], kind)
            elif one.on:
                found += self.flat(one.selections, kind) if kind in ("", one.on) else []
            else:
                found.append(one)
        return found

    def cost(self, selections: list[Field]) -> int:
        """What Shopify charges beforehand: every object that could come, each list in its full
        length.
        """
        total = 0
        for one in self.flat(selections):
            if not one.selections or one.name == "pageInfo":
                continue
            arguments, inner = self.arguments(one), self.cost(one.selections)
            if "first" in arguments:
                total += 2 + arguments["first"] * max(inner, 1)
            elif "ids" in arguments:
                total += len(arguments["ids"]) * (1 + inner)
            else:
                total += 1 + inner
        return total

    def answer(self, selections: list[Field], value: Any, kind: str = "") -> Any:
        """What was asked of a value."""
        if isinstance(value, list):
            return [self.answer(selections, row, kind) for row in value]
        if value is None or not isinstance(value, dict):
            return value
        self.objects += 1
        kind = value.get("__typename", kind)
        result: dict[str, Any] = {}
        for one in self.flat(selections, kind):
            if one.name not in value:
                raise LanguageError(
                    f"Field '{one.name}' doesn't exist on type '{kind or 'Object'}'"
                )
            found = value[one.name]
            arguments = self.arguments(one)
            if callable(found):
                found = found(**arguments)
            if isinstance(found, Connection):
                found = self._page(found, arguments)
            elif isinstance(found, list) and "first" in arguments:
                found = found[: arguments["first"]]
            if (
                isinstance(found, dict | list)
                and found
                and not one.selections
                and not _is_scalar(found)
            ):
                raise LanguageError(f"Field '{one.name}' must have a selection of subfields")
            result[one.alias or one.name] = (
                self.answer(one.selections, found) if one.selections else found
            )
        return result

    def _page(self, connection: Connection, arguments: dict[str, Any]) -> dict[str, Any]:
        first, after = arguments.get("first"), arguments.get("after")
        if not first:
            raise LanguageError("you must provide one of first or last")
        key = connection.key
        rows = list(enumerate(connection.rows))
        if after:
            rows = [
                (place, row) for place, row in rows if (key(row) if key else f"{place:09}") > after
            ]
        page = rows[:first]
        end = (key(page[-1][1]) if key else f"{page[-1][0]:09}") if page else None
        return {
            "nodes": [connection.show(row) for _, row in page],
            "pageInfo": {"hasNextPage": len(rows) > first, "endCursor": end},
        }


def _is_scalar(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(row, str) for row in found)
