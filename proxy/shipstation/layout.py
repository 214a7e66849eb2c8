"""Element trees of a known shape, copied from a pattern and filled, which costs a third of building them element by element."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from enum import Enum
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from lxml.etree import CDATA, Element, SubElement, _Element


class _Absent(Enum):
    ABSENT = 0


# A leaf that is left out. None is a leaf that stays empty, and the value of every container.
ABSENT: Final = _Absent.ABSENT
Text: TypeAlias = str | CDATA | None
Value: TypeAlias = Text | Literal[_Absent.ABSENT]

# Orders of one shop have few shapes. Larger trees are built anew, so that patterns stay within some ten megabytes whatever comes.
_PATTERNS = 128
_LARGEST_PATTERN = 400


def fill(names: Iterable[str], values: Sequence[Value]) -> _Element:
    """A tree of `names` in document order, each led by one dot for each level below the root: `Order`, `.Customer`, `..CustomerCode`.

    `values` has one entry for each name: its text, None for a container or an empty leaf, ABSENT for one that is left out.
    """
    shape = tuple([name for name, value in zip(names, values, strict=True) if value is not ABSENT])
    tree = deepcopy(_pattern(shape)) if len(shape) <= _LARGEST_PATTERN else _build(shape)
    present = [value for value in values if value is not ABSENT]
    for element, value in zip(tree.iter(), present, strict=True):
        if value is not None:
            element.text = value
    return tree


def _build(shape: Sequence[str]) -> _Element:
    """The empty tree."""
    tree = Element(shape[0])
    branch = [tree]
    for name in shape[1:]:
        tag = name.lstrip(".")
        del branch[len(name) - len(tag) :]
        branch.append(SubElement(branch[-1], tag))
    return tree


_pattern = lru_cache(_PATTERNS)(_build)
