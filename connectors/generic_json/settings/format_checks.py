"""What the format of an answer means for the expressions that read it."""

from __future__ import annotations

import re
from typing import Final

from connectors.generic_json.settings.answers import AnswerSettings
from connectors.generic_json.settings.formats import (
    CsvFormat,
    Format,
    JsonFormat,
    JsonLinesFormat,
    XmlFormat,
)
from connectors.generic_json.settings.items import ListSettings, OneSettings
from connectors.generic_json.settings.mapping import OrderMap
from connectors.language.expressions import Expression
from connectors.places import MisplacedError, Path

_NAME: Final = r'(?:[A-Za-z_]\w*|"[^"\\]+")'
_PLAIN: Final = re.compile(rf"{_NAME}(?:\.{_NAME})*")


def check_formats(
    answers: AnswerSettings, orders: ListSettings, order: OneSettings, order_map: OrderMap
) -> None:
    """Raise `MisplacedError` for an expression that cannot find a list in answers of its format, or
    would find none where a single order or line stands alone.
    """
    own = orders.request.format if orders.export is None else orders.export.list_format
    listed = own or answers.format
    single = order.request.format or answers.format
    if orders.jsonapi and not isinstance(listed, JsonFormat):
        raise MisplacedError(
            ("orders", "jsonapi"), f"expected answers in JSON, found the format {listed.kind}"
        )
    _check_rows(listed, orders.items)
    _check_list(listed, ("orders", "items"), orders.items, needs_parent=True)
    detail = orders.detail.request.format or answers.format if orders.detail else listed
    for whole in (detail, single):
        _check_list(whole, ("map", "items", "at"), order_map.items.at, needs_parent=False)


def _check_rows(answer_format: Format, items: Expression) -> None:
    if isinstance(answer_format, CsvFormat | JsonLinesFormat) and _split_path(items):
        raise MisplacedError(
            ("orders", "items"),
            f"expected @ or an expression on the list of rows, because an answer in"
            f" {answer_format.kind} is a list, found {items.source!r}",
        )


def _check_list(
    answer_format: Format, path: Path, expression: Expression, *, needs_parent: bool
) -> None:
    """An element that occurs once is not a list by itself."""
    names = _split_path(expression)
    if not isinstance(answer_format, XmlFormat) or not names:
        return
    whole = ".".join(names[-2:])
    ends = {each.rpartition(".")[2] for each in answer_format.lists}
    is_known = whole in answer_format.lists or (not needs_parent and names[-1] in ends)
    if not is_known:
        raise MisplacedError(
            path,
            f"expected {whole!r} among the lists of the format, e.g. format: {{kind: xml, lists:"
            f" [{whole}]}}; otherwise a single element in XML is not a list",
        )


def _split_path(expression: Expression) -> list[str]:
    """The names of a plain path; none if the expression is more than that."""
    if not _PLAIN.fullmatch(expression.source):
        return []
    return [name.strip('"') for name in re.findall(_NAME, expression.source)]
