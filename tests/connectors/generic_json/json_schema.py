"""As much of JSON Schema as Portside's own schema uses; a keyword that is not known here fails
loudly.
"""

import re
from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
_SILENT = {
    "title",
    "description",
    "default",
    "discriminator",
    "format",
    "writeOnly",
    "x-required-without-recipe",
    "$schema",
    "$defs",
}


class Checker:
    """Checks values against `root`, whose definitions the references lead to."""

    def __init__(self, root: Schema) -> None:
        self.root = root

    def fits(self, value: Any, schema: Any) -> bool:
        """Whether a value fits a schema."""
        return (
            schema
            if isinstance(schema, bool)
            else all(self._keyword(value, name, part, schema) for name, part in schema.items())
        )

    def _keyword(self, value: Any, name: str, part: Any, schema: Schema) -> bool:
        if name in _SILENT:
            return True
        if name in _PLAIN:
            return _PLAIN[name](value, part)
        if name == "$ref":
            return self.fits(value, self.root["$defs"][part.removeprefix("#/$defs/")])
        if name in {"anyOf", "oneOf"}:
            return any(self.fits(value, each) for each in part)
        if name == "items":
            return not isinstance(value, list) or all(self.fits(each, part) for each in value)
        return not isinstance(value, dict) or self._members(value, name, part, schema)

    def _members(self, value: dict[str, Any], name: str, part: Any, schema: Schema) -> bool:
        if name == "properties":
            return all(self.fits(value[key], each) for key, each in part.items() if key in value)
        if name == "patternProperties":
            return all(
                self.fits(each, inner)
                for key, each in value.items()
                for pattern, inner in part.items()
                if re.search(pattern, key)
            )
        assert name == "additionalProperties", f"{name} is not known"
        patterns = schema.get("patternProperties", {})
        others = [
            key
            for key in value
            if key not in schema.get("properties", {})
            and not any(re.search(each, key) for each in patterns)
        ]
        return all(self.fits(value[key], part) for key in others)


def _is_a(value: Any, kinds: Any) -> bool:
    wanted = kinds if isinstance(kinds, list) else [kinds]
    return any(
        isinstance(value, _TYPES[kind])
        and not (isinstance(value, bool) and kind in {"integer", "number"})
        for kind in wanted
    )


def _at_least(value: Any, part: Any) -> bool:
    return len(value) >= part if hasattr(value, "__len__") else True


def _at_most(value: Any, part: Any) -> bool:
    return len(value) <= part if hasattr(value, "__len__") else True


_PLAIN: dict[str, Callable[[Any, Any], bool]] = {
    "type": _is_a,
    "enum": lambda value, part: value in part,
    "const": lambda value, part: bool(value == part),
    "required": lambda value, part: not isinstance(value, dict) or set(part) <= value.keys(),
    "pattern": lambda value, part: not isinstance(value, str) or re.search(part, value) is not None,
    **dict.fromkeys(("minLength", "minItems", "minProperties"), _at_least),
    **dict.fromkeys(("maxLength", "maxItems"), _at_most),
    "minimum": lambda value, part: not isinstance(value, int) or value >= part,
    "exclusiveMinimum": lambda value, part: not isinstance(value, int) or value > part,
    "maximum": lambda value, part: not isinstance(value, int) or value <= part,
}
