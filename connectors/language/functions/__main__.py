"""Print the functions as a Markdown table, for the reference in docs/generic-json.md."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from connectors.language.functions import FUNCTIONS
from connectors.language.functions.table import Function


def write_table() -> Iterator[str]:
    """The table, line by line."""
    yield "| function | what it gives |"
    yield "|---|---|"
    for name in FUNCTIONS:
        function = FUNCTIONS[name]
        yield f"| `{function.usage}` | {_describe_function(function)} |"


def _describe_function(function: Function) -> str:
    """What it does; an example that holds back quotes stands between double ones."""
    example = re.search(rf": `({function.name}\(.*)` is `([^`]+)`\.$", function.summary)
    if example is None:
        return function.summary
    return f"{function.summary[: example.start()]}: `` {example[1]} `` is `{example[2]}`".replace(
        "|", "\\|"
    )


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in write_table())
