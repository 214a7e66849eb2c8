"""YAML text → plain values with the position of each, or every fault of the text.

Knows nothing of what settings mean.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path as File
from typing import Any

import msgspec
import yaml

from connectors.places import Path
from proxy.settings.problems import Problem, SettingsError, shown_path
from proxy.settings.yaml_faults import (
    explain_character_error,
    explain_syntax_error,
    find_key_fault,
)
from proxy.settings.yaml_words import hide_variables, read_plain_value, restore_variables

LARGEST_FILE = 1024 * 1024
_LARGEST_SECRET = 64 * 1024
_MOST_VALUES = 20_000
_DEEPEST = 50
_VARIABLE = re.compile(r"\$\$\{|\$\{([^}]*)\}?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_TEXT = "tag:yaml.org,2002:str"


class Position(msgspec.Struct, frozen=True):
    """Where a value stands: its own line and column, and those of its key."""

    line: int
    column: int
    key_line: int
    key_column: int


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """Plain values, the position of each by its path, and the texts that must never be echoed."""

    value: Any
    positions: dict[Path, Position]
    secrets: frozenset[str]


class _Loader(yaml.SafeLoader):
    """Every plain word stays text: what it means is settled below, by YAML 1.2's rules (`no` is a
    word, `010` is not 8).
    """


_Loader.yaml_implicit_resolvers = {}


def read_document(
    text: str,
    *,
    file: str,
    environment: Mapping[str, str],
    directory: File,
    only: Collection[str] = (),
) -> Document:
    """Read YAML. `${NAME}` is taken from `environment`, `file:NAME` from a file beside `directory`;
    where `only` names keys, under these keys of the root alone, and elsewhere both stay as written.

    Raises `SettingsError`.
    """
    if len(text) > LARGEST_FILE:
        raise SettingsError(
            file,
            [
                Problem(
                    line=1,
                    column=1,
                    message=f"expected at most {LARGEST_FILE} characters, found {len(text)}",
                )
            ],
        )
    try:
        root = yaml.compose(hide_variables(text), Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise SettingsError(file, [explain_syntax_error(error, text)]) from error
    except yaml.YAMLError as error:
        raise SettingsError(file, [explain_character_error(error, text)]) from error
    except RecursionError as error:
        raise SettingsError(
            file, [Problem(line=1, column=1, message="nested too deeply")]
        ) from error
    if root is None:
        raise SettingsError(
            file, [Problem(line=1, column=1, message="expected settings, found an empty file")]
        )
    reader = _Reader(environment, directory, only)
    value = reader.read(root, (), root.start_mark)
    if reader.problems:
        raise SettingsError(file, reader.problems)
    return Document(value=value, positions=reader.positions, secrets=frozenset(reader.secrets))


class _Reader:
    """Turns nodes into values and keeps positions, problems and secrets on the way."""

    def __init__(
        self, environment: Mapping[str, str], directory: File, only: Collection[str]
    ) -> None:
        self.environment = environment
        self.directory = directory
        self.only = only
        self.positions: dict[Path, Position] = {}
        self.problems: list[Problem] = []
        self.secrets: set[str] = set()
        self.count = 0
        self.open: set[int] = set()

    def read(self, node: yaml.Node, path: Path, key: yaml.Mark) -> Any:
        """The value of `node`, whose key stands at `key`."""
        mark = node.start_mark
        self.positions.setdefault(
            path, Position(mark.line + 1, mark.column + 1, key.line + 1, key.column + 1)
        )
        if self.is_too_much(node, path):
            return None
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, path)
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return {
                    name: self.read(value, (*path, name), at)
                    for name, value, at in self.entries(node, path)
                }
            return [
                self.read(value, (*path, index), value.start_mark)
                for index, value in enumerate(node.value)
            ]
        finally:
            self.open.discard(id(node))

    def is_too_much(self, node: yaml.Node, path: Path) -> bool:
        """Count one more value or merged mapping; whether it is one too many."""
        self.count += 1
        if self.count <= _MOST_VALUES and len(path) <= _DEEPEST and id(node) not in self.open:
            return False
        if self.count <= _MOST_VALUES + 1:
            self.report(
                node.start_mark,
                path,
                "expected settings of a sane size, found aliases or nesting that blow them up",
            )
            self.count = _MOST_VALUES + 1
        return True

    def entries(
        self, node: yaml.MappingNode, path: Path
    ) -> Iterator[tuple[str, yaml.Node, yaml.Mark]]:
        """Keys and values of a mapping; the merged ones (`<<: *base`) last, as far as the mapping
        has no such key itself.
        """
        seen: dict[str, yaml.Mark] = {}
        merged: list[yaml.Node] = []
        for key, value in node.value:
            if fault := find_key_fault(node, key, value):
                self.report(key.start_mark, path, fault)
                continue
            name = restore_variables(key.value)
            if name == "<<" and key.style is None:
                merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
            elif name in seen:
                self.report(
                    key.start_mark,
                    (*path, name),
                    f"key given twice, first on line {seen[name].line + 1}",
                )
            else:
                seen[name] = key.start_mark
                yield name, value, key.start_mark
        for base in merged:
            if not isinstance(base, yaml.MappingNode) or id(base) in self.open:
                self.report(base.start_mark, path, "expected `<<` to name another mapping")
                continue
            if self.is_too_much(base, path):
                return
            for name, value, at in self.entries(base, path):
                if name not in seen:
                    seen[name] = at
                    yield name, value, at

    def scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        """A plain word as YAML 1.2 understands it, a quoted one as text; both with their variables
        and files read.
        """
        if node.tag != _TEXT:
            self.report(
                node.start_mark,
                path,
                "expected a plain value, found the tag"
                f" {node.tag.replace('tag:yaml.org,2002:', '!!')!r}",
            )
            return None
        text = restore_variables(node.value)
        if self.only and path and path[0] not in self.only:
            return text
        if text.startswith("file:"):
            return self.from_file(node, path, text.removeprefix("file:"))
        if "${" in text:
            return _VARIABLE.sub(lambda match: self.variable(node, path, match), text)
        return text if node.style is not None else read_plain_value(text)

    def variable(self, node: yaml.ScalarNode, path: Path, match: re.Match[str]) -> str:
        """What `${NAME}` stands for; `$${` stands for `${`."""
        name = match[1]
        if name is None:
            return "${"
        value = self.environment.get(name, "")
        if not match[0].endswith("}") or not _NAME.fullmatch(name):
            self.report(
                node.start_mark,
                path,
                f"expected ${{NAME}} (or $${{ for the characters themselves), found {match[0]!r}",
            )
        elif not value:
            found = "it is empty" if name in self.environment else "it is not set"
            self.report(
                node.start_mark,
                path,
                f"expected the environment variable {name} to hold a value; {found}",
            )
        self.secrets.add(value)
        return value

    def from_file(self, node: yaml.ScalarNode, path: Path, name: str) -> str | None:
        """The text of a secret's file, without its last line end."""
        try:
            raw = read_regular_file(self.directory / name, _LARGEST_SECRET)
            text = raw.decode().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            self.report(node.start_mark, path, f"expected UTF-8 text in {name}, found other bytes")
            return None
        except OSError as error:
            self.report(
                node.start_mark,
                path,
                f"expected a readable file {name}: {error.strerror}",
            )
            return None
        if not text or len(raw) > _LARGEST_SECRET:
            self.report(
                node.start_mark,
                path,
                f"expected 1 to {_LARGEST_SECRET} bytes in {name}, found"
                f" {'more' if text else 'none'}",
            )
            return None
        self.secrets.add(text)
        return text

    def report(self, mark: yaml.Mark, path: Path, message: str) -> None:
        """Take down one problem."""
        self.problems.append(
            Problem(
                line=mark.line + 1, column=mark.column + 1, path=shown_path(path), message=message
            )
        )


def read_regular_file(file: File, most: int) -> bytes:
    """The file's bytes, `most` of them and one more at most. Raises OSError, also for a pipe or a
    device: one that nobody writes to would keep us waiting for ever, and a reload with us.
    """
    if "\0" in str(file):
        raise OSError(errno.EINVAL, "no file's name holds a NUL")
    with open(file, "rb", opener=_open_without_waiting) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        return stream.read(most + 1)


def _open_without_waiting(file: str, flags: int) -> int:
    # Opening a pipe waits for its writer. Windows has no such flag.
    return os.open(file, flags | getattr(os, "O_NONBLOCK", 0))
