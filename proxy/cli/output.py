"""How commands print: tables for people, JSON for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable
from typing import Any

import click
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from connectors.interface import CheckLevel, Finding
from connectors.quoting import make_json_printable, make_printable
from connectors.upstream.masking import hide_secrets

# Where there is no terminal to measure, e.g. in a log of CI.
_PLAIN_WIDTH = 140
_MARKS = {
    CheckLevel.OK: ("✓", "green"),
    CheckLevel.WARNING: ("!", "yellow"),
    CheckLevel.PROBLEM: ("✗", "red"),
}


class PlainConsole(Console):
    r"""A console that shows control characters and bidirectional ones as `\x1b`: what a shop wrote
    must not move the operator's cursor. Portside's own colors stay.
    """

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """See rich."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                text = make_printable(hide_secrets(segment.text), keep_lines=True)
                yield Segment(text, segment.style)


def wide_console() -> Console:
    """Where tables go: as wide as the terminal, and wide where there is none, because a table
    squeezed into 80 columns cannot be searched.
    """
    return PlainConsole(highlight=False, width=None if sys.stdout.isatty() else _PLAIN_WIDTH)


def build_table(*titles: str, right: Collection[str] = ()) -> Table:
    """A table without lines; the columns named in `right` hold numbers. Long values are folded,
    never cut.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, justify="right" if title in right else "left", overflow="fold")
    return table


def print_finding(console: Console, finding: Finding) -> None:
    """A line of a check with its mark, and what to do about it."""
    mark, colour = _MARKS[finding.level]
    console.print(Text.assemble((f"{mark} ", colour), finding.what))
    if finding.advice:
        console.print(Text(f"  → {finding.advice}", style="dim"))


def print_json(value: Any) -> None:
    """A value as indented JSON on standard output."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    click.echo(make_json_printable(hide_secrets(text)))
