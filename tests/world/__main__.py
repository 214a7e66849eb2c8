"""`python -m tests.world WORLD --examples 1000` lets hypothesis look for the smallest shop of a
world that loses an order.

`python -m tests.world rules` takes out each rule of a complete listing in turn and prints the
smallest example that is found then.
"""

from __future__ import annotations

import argparse
import sys
import time

import pytest

from tests.world.books import BOOKS
from tests.world.example import draw_examples
from tests.world.hunt import find_smallest, keep_quiet
from tests.world.own_rules import EVERY_RULE
from tests.world.worlds import WORLDS


def _print(*lines: object) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def _search(name: str, arguments: argparse.Namespace) -> bool:
    """Whether nothing was lost."""
    world = WORLDS[name]
    examples = draw_examples(
        world, ways=tuple(arguments.way), quirks=tuple(arguments.quirk), fewest=arguments.fewest
    )
    begun = time.monotonic()
    found = find_smallest(
        world,
        examples,
        most=arguments.examples,
        shrink=not arguments.first,
        seed=arguments.seed,
        open_books=BOOKS[arguments.books],
    )
    seconds = time.monotonic() - begun
    if found is None:
        _print(f"{name}: nothing lost in {arguments.examples} examples, {seconds:.0f} s")
        return True
    _print(f"{name}: {found[0]}", f"    {found[1]}")
    return False


def _hunt(name: str, most: int) -> bool:
    """Whether a loss is found once this rule is taken out."""
    rule = EVERY_RULE[name]
    examples = draw_examples(WORLDS[rule.world], ways=rule.ways, quirks=rule.quirks, fewest=1)
    with pytest.MonkeyPatch.context() as patch:
        rule.remove(patch)
        found = find_smallest(WORLDS[rule.world], examples, most=most)
    _print(
        f"## {name}",
        *(("not found",) if found is None else (f"{rule.world}: {found[0]}", f"    {found[1]}")),
    )
    return found is not None


def main() -> int:
    """The exit status: 1 if an order was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.world", description=__doc__)
    parser.add_argument("what", choices=[*WORLDS, "rules"])
    parser.add_argument("--examples", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--books", choices=BOOKS, default="memory")
    parser.add_argument("--first", action="store_true", help="do not look for a smaller example")
    parser.add_argument("--way", action="append", default=[])
    parser.add_argument("--quirk", action="append", default=[])
    parser.add_argument("--fewest", type=int, default=0, help="quirks of an example, at least")
    parser.add_argument("--rule", action="append", default=[])
    arguments = parser.parse_args()
    keep_quiet()
    if arguments.what == "rules":
        hunts = [_hunt(name, arguments.examples) for name in arguments.rule or EVERY_RULE]
        return 0 if all(hunts) else 1
    return 0 if _search(arguments.what, arguments) else 1


if __name__ == "__main__":
    sys.exit(main())
