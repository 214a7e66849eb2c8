from pathlib import Path

from proxy.simulator.checks import PROMISES
from proxy.simulator.checks.shipments import Shipments

PAGE = Path(__file__).parents[2] / "docs" / "simulate.md"


def test_the_page_lists_every_promise_as_the_report_words_it() -> None:
    page = PAGE.read_text("utf-8")
    missing = [
        p.name
        for p in (*PROMISES, *Shipments([], frozenset()).promises())
        if f"| `{p.name}` | {p.text} |" not in page
    ]
    assert missing == []
