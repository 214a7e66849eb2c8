"""Prometheus' rules and Grafana's page ask for series that Portside gives, by their labels."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from proxy.telemetry.gauges import StoreNumbers
from proxy.telemetry.metrics import Metrics

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus/rules.yaml"


def known_series() -> dict[str, set[str]]:
    """The labels of each series, by its name."""
    names = {family.name for family in Metrics().registry.collect()}
    metrics = Metrics()
    values = dict.fromkeys((name.removeprefix("portside_") for name in names), 1.0)
    metrics.standing.set_store(
        "north",
        StoreNumbers(
            values=values,
            held={"invalid": 1},
            deliveries={"dead": 1},
            oldest={"waiting": 1.0},
            findings={"stuck": 1.0},
        ),
    )
    metrics.standing.set_alarms(frozenset({("late", "north")}))
    metrics.standing.set_disk(free=1, size=1)
    samples = [sample for family in metrics.registry.collect() for sample in family.samples]
    return {sample.name: set(sample.labels) for sample in samples}


def list_labels() -> dict[str, set[str]]:
    """The labels of each family, by its name, whether it has a sample yet or not."""
    collectors = Metrics().registry._collector_to_names
    return {
        name: set(getattr(collector, "_labelnames", ()))
        for collector, names in collectors.items()
        for name in names
    }


def test_every_rule_asks_for_a_series_that_is_there_with_its_labels() -> None:
    series = known_series()
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    assert len(group["rules"]) > 5
    for rule in group["rules"]:
        asked = re.findall(r"(portside_\w+)(?:\{([^}]*)\})?", rule["expr"])
        assert asked, rule["alert"]
        for name, labels in asked:
            assert set(re.findall(r"(\w+)=", labels)) <= series[name], rule["alert"]
        shown = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        assert shown <= series[asked[0][0]], rule["alert"]


def test_every_panel_of_grafanas_page_asks_for_a_series_that_is_there_with_its_labels() -> None:
    page = json.loads((DEPLOY / "grafana/portside.json").read_text())
    places = [tuple(panel["gridPos"].values()) for panel in page["panels"]]
    assert len(set(places)) == len(places) > 10
    known = list_labels()
    for panel in page["panels"]:
        for target in panel["targets"]:
            names = re.findall(r"portside_\w+", target["expr"])
            assert names, panel["title"]
            for name in names:
                base = re.sub(r"_(total|bucket)$", "", name)
                assert base in known, (panel["title"], name)
                wanted = set(re.findall(r"(\w+)=~", target["expr"]))
                wanted |= set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
                assert wanted <= known[base], (panel["title"], name)
