"""Print the functions as a Markdown table, for the reference in docs/generic-json.md."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from connectors.language.functions import FUNCTIONS
from connectors.language.functions.table import Function


def table_lines() -> Iterator[str]:
    """The table, line by line."""
    yield "| function | what it gives |"
    yield "|---|---|"
    for name in FUNCTIONS:
        function = FUNCTIONS[name]
        yield f"| `{function.usage}` | {_meaning(function)} |"


def _meaning(function: Function) -> str:
    """What it does; an example that holds back quotes stands between double ones."""
    example = re.search(rf": `({function.name}\(.*)` is `([^`]+)`\.$", function.says)
    if example is None:
        return function.says
    return f"{function.says[: example.start()]}: `` {example[1]} `` is `{example[2]}`".replace(
        "|", "\\|"
    )


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in table_lines())
