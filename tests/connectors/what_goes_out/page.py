"""The table of what goes out as the page for merchants shows it."""

from __future__ import annotations

from pathlib import Path

from tests.connectors.what_goes_out.cells import Cell, Situation, Word, load_table

PAGE = Path(__file__).parents[3] / "docs" / "what-goes-out.md"
_BEGIN = "<!-- The table is made by: python -m tests.connectors.what_goes_out -->\n"
_END = "<!-- End of the table -->\n"
_TITLES = {
    Situation.PICKUP: "the buyer collects",
    Situation.LOCAL_DELIVERY: "you deliver",
    Situation.OTHER_SERVICE: "another service ships",
    Situation.SUB_ORDERS: "vendors' sub-orders",
    Situation.BUNDLES: "bundles",
    Situation.SEVERAL_ADDRESSES: "several addresses",
    Situation.GIFT_CARD: "gift cards",
    Situation.DIGITAL: "digital goods",
    Situation.SHIP_SEPARATELY: "parts shipped separately",
}


def render_page() -> str:
    """The page, with its table made again."""
    text = PAGE.read_text(encoding="utf-8")
    head, _, rest = text.partition(_BEGIN)
    return head + _BEGIN + "\n" + _render_table() + "\n" + _END + rest.partition(_END)[2]


def _render_table() -> str:
    lines = [
        "| shop | " + " | ".join(_TITLES.values()) + " |",
        "|---" * (len(_TITLES) + 1) + "|",
    ]
    shown = [platform for platform in load_table().values() if platform.on_page]
    for platform in sorted(shown, key=lambda row: row.name.lower()):
        cells = [_render_cell(platform.cells[situation]) for situation in _TITLES]
        lines.append(f"| {platform.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _render_cell(cell: Cell) -> str:
    words = dict.fromkeys(example.says for example in cell.examples)
    if Word.LEFT_OUT in words:
        words.pop(Word.NAMED, None)
    return ", ".join(words) or "-"
