"""Ready-made descriptions of real platforms: YAML files in this package, over which a store's own
keys are laid one by one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import Any, Final

import msgspec
import yaml

from connectors.places import PlacedText

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*", re.ASCII)
_FOLDER: Final = resources.files("connectors.generic_json") / "recipes"


def list_recipes() -> list[str]:
    """The recipes there are."""
    return sorted(
        each.name.removesuffix(".yaml") for each in _FOLDER.iterdir() if each.name.endswith(".yaml")
    )


class UnknownVersionError(ValueError):
    """The recipe does not know this version of its platform."""


class UnknownExtraError(ValueError):
    """The recipe has no part of this name to be read beside the orders."""


class About(msgspec.Struct, frozen=True):
    """What a recipe was written for: the platform's versions, what it was checked against, and
    when (ISO 8601).
    """

    versions: str
    against: str
    checked: str


def read_about(name: str) -> About:
    """What a recipe says of itself. Raises `ValueError` as `read_recipe` does."""
    _find_recipe(name)
    return msgspec.convert(_load_recipe(name)["about"], About)


def read_recipe(name: str, version: str = "", extras: Iterable[str] = ()) -> dict[str, Any]:
    """A recipe's keys, for one of the platform's versions where it knows several, and with those
    `extras`; each text knows its line.

    Raises `ValueError` with what was probably meant.
    """
    _find_recipe(name)
    keys = {key: value for key, value in _load_recipe(name).items() if key != "about"}
    versions, parts = keys.pop("versions", {}), keys.pop("extras", {})
    if version and version not in versions:
        known = f"has {', '.join(sorted(versions))}" if versions else "knows only one"
        raise UnknownVersionError(f"the recipe {name!r} has no version {version!r}; it {known}")
    merged: dict[str, Any] = merge_keys(keys, versions[version]) if version else keys
    for extra in extras:
        if extra not in parts:
            known = f"has {', '.join(sorted(parts))}" if parts else "has none"
            raise UnknownExtraError(f"the recipe {name!r} has no extra {extra!r}; it {known}")
        merged = merge_keys(merged, parts[extra])
    return merged


def _find_recipe(name: str) -> None:
    """Raise `ValueError` if there is no such recipe."""
    if not _NAME.fullmatch(name) or name not in list_recipes():
        near = difflib.get_close_matches(name.lower(), list_recipes(), n=1)
        meant = (
            f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(list_recipes())}"
        )
        raise ValueError(f"there is no recipe {name!r}{meant}")


def merge_keys(under: Any, over: Any) -> Any:
    """`over` laid over `under`, key by key; a key whose value is null is taken away, anything that
    is not a mapping is replaced whole.

    So is a mapping of another `kind`: the keys of one way to log in mean nothing to another.
    """
    if (
        not isinstance(under, dict)
        or not isinstance(over, dict)
        or over.get("kind", under.get("kind")) != under.get("kind")
    ):
        return over
    both = {
        **under,
        **{
            name: merge_keys(under[name], value) if name in under else value
            for name, value in over.items()
        },
    }
    return {name: value for name, value in both.items() if value is not None or name not in under}


@lru_cache(maxsize=32)
def _load_recipe(name: str) -> dict[str, Any]:
    text = (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    value = _read_node(yaml.compose(text, Loader=yaml.SafeLoader), f"recipe {name}")
    if not isinstance(value, dict):
        raise ValueError(f"the recipe {name!r} holds no keys")  # noqa: TRY004 -- pydantic collects ValueErrors
    return value


def _read_node(node: yaml.Node | None, name: str) -> Any:
    """A YAML node as plain values whose texts know their lines."""
    match node:
        case yaml.MappingNode():
            return {str(key.value): _read_node(value, name) for key, value in node.value}
        case yaml.SequenceNode():
            return [_read_node(each, name) for each in node.value]
        case yaml.ScalarNode(tag="tag:yaml.org,2002:str"):
            return PlacedText.at(str(node.value), f"{name}, line {node.start_mark.line + 1}")
        case _:
            return yaml.SafeLoader("").construct_object(node) if node is not None else None
