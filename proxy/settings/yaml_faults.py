"""What the YAML parser complains of, as problems a person can mend."""

from __future__ import annotations

import yaml

from proxy.settings.problems import Problem
from proxy.settings.yaml_words import restore_variables


def explain_syntax_error(error: yaml.MarkedYAMLError, text: str) -> Problem:
    """PyYAML's complaint as one sentence at the place where it stumbled."""
    mark = error.problem_mark or error.context_mark
    if error.context_mark and "end of stream" in (error.problem or ""):
        mark = error.context_mark  # where it was opened helps; where the file ends does not
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.splitlines()
    around = lines[line] if line < len(lines) else ""
    if "\t" in around[: column + 1] and not around[:column].strip():
        return Problem(
            line=line + 1,
            column=around.index("\t") + 1,
            message="expected spaces at the start of the line, found a tab",
        )
    said = (
        restore_variables(error.problem or "it cannot be read")
        .replace("<", "")
        .replace(">", "")
        .removeprefix("but ")
    )
    elsewhere = error.context_mark if error.context_mark is not mark else None
    begun = (
        f" ({error.context}" + (f" on line {elsewhere.line + 1}" if elsewhere else "") + ")"
        if error.context
        else ""
    )
    return Problem(line=line + 1, column=column + 1, message=f"not YAML: {said}{begun}")


def explain_character_error(error: yaml.YAMLError, text: str) -> Problem:
    """A character that YAML does not allow, found again in the text to say where."""
    place = int(getattr(error, "position", 0) or 0)
    before = text[:place]
    character = f"U+{ord(text[place]):04X}" if place < len(text) else "an unknown character"
    return Problem(
        line=before.count("\n") + 1,
        column=place - (before.rfind("\n") + 1) + 1,
        message=f"not YAML: the character {character} is not allowed",
    )


def find_key_fault(node: yaml.MappingNode, key: yaml.Node, value: yaml.Node) -> str:
    """What is wrong with a key: that it is not a word, or that it is what follows a comma which was
    meant to be part of the value before it. Empty if nothing is.
    """
    if not isinstance(key, yaml.ScalarNode):
        return "expected a word as key, found a list or a mapping"
    is_without_colon = (
        node.flow_style
        and isinstance(value, yaml.ScalarNode)
        and not value.value
        and value.start_mark.index <= key.end_mark.index
    )
    if not is_without_colon:
        return ""
    return (
        f"expected a colon behind {restore_variables(key.value)!r}; between braces a comma ends a"
        " value, so write a text that holds one in quotes"
    )
