"""The worlds see the loss when a rule is taken out. `python -m tests.world rules` looks for the
smallest example of each rule; these are quickly met.
"""

from __future__ import annotations

import pytest

from tests.world.example import draw_examples
from tests.world.hunt import find_smallest
from tests.world.own_rules import EVERY_RULE
from tests.world.worlds import WORLDS

QUICK = (
    "an empty page ends no list that counts more",
    "a count too high is told with both numbers",
    "a list that fails is read by its rows",
)


@pytest.mark.parametrize("name", QUICK)
def test_a_world_finds_the_loss_when_a_rule_is_taken_out(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = EVERY_RULE[name]
    world = WORLDS[rule.world]
    examples = draw_examples(world, ways=rule.ways, quirks=rule.quirks, fewest=1)
    rule.remove(monkeypatch)
    assert find_smallest(world, examples, most=30, shrink=False) is not None


def test_every_rule_names_quirks_that_are_in_the_catalog() -> None:
    known = {name: {quirk.name for quirk in world.catalog} for name, world in WORLDS.items()}
    assert [
        name for name, rule in EVERY_RULE.items() if not known[rule.world] >= {*rule.quirks}
    ] == []
