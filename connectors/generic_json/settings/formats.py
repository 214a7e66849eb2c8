"""In which format the shop answers."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from connectors.fieldmap.blocks import Block, wrap_in_list
from connectors.reading.formats.answer_format import AnswerFormat
from connectors.reading.formats.csv_table import CsvTable
from connectors.reading.formats.json_lines import JsonLines
from connectors.reading.formats.xml_document import XmlDocument

_ELEMENT: Final = re.compile(r"[^\W\d][\w-]*(\.[^\W\d][\w-]*)?")


def _check_element(name: str) -> str:
    if not _ELEMENT.fullmatch(name):
        without = name.rpartition(":")[2]
        hint = f"; prefixes are dropped: write {without}" if ":" in name and without else ""
        raise ValueError(
            "expected the name of an element, or of its parent and itself such as orders.order,"
            f" found {name!r}{hint}"
        )
    return name


def _check_columns(columns: tuple[str, ...]) -> tuple[str, ...]:
    if not columns or "" in columns:
        raise ValueError("expected the name of at least one column, e.g. that of the order's id")
    return columns


def _check_delimiter(delimiter: str) -> str:
    if (
        len(delimiter) != 1
        or delimiter in '"\r\n'
        or (not delimiter.isprintable() and delimiter != "\t")
    ):
        raise ValueError(
            f"expected a single character such as ; between values, found {delimiter!r}"
        )
    return delimiter


class JsonFormat(Block):
    """JSON."""

    kind: Literal["json"] = "json"

    def make(self) -> AnswerFormat | None:
        """None: JSON is what is expected otherwise."""
        return None


class XmlFormat(Block):
    """XML. An element is an object: attributes are `@name`, text is `#text`, children stand by
    their names, without prefixes. An element with text alone is that text.
    """

    kind: Literal["xml"]
    lists: Annotated[
        tuple[Annotated[str, AfterValidator(_check_element)], ...],
        BeforeValidator(wrap_in_list, json_schema_input_type=str | list[str]),
    ] = ()
    """Elements that are lists even where one occurs alone, as `parent.name`, e.g. `orders.order`:
    then the parent has an empty list where there is none. A name alone goes for all parents, and
    says nothing where there is none.
    """

    def make(self) -> AnswerFormat:
        """What reads it."""
        return XmlDocument(lists=self.lists)


class CsvFormat(Block):
    """CSV: a list of rows, each an object by the names in the header row; all values are texts."""

    kind: Literal["csv"]
    columns: Annotated[
        tuple[str, ...],
        BeforeValidator(wrap_in_list, json_schema_input_type=str | list[str]),
        AfterValidator(_check_columns),
    ]
    """Columns that the header row must hold, e.g. that of the order's id. An answer without them is
    an error; otherwise a line of text in the place of a table would be taken for an empty one.
    """
    delimiter: Annotated[str, AfterValidator(_check_delimiter)] = ","
    """What stands between two values, e.g. `;`, or a tab as `"\\t"`."""
    encoding: Literal[
        "utf-8",
        "utf-16",
        "windows-1250",
        "windows-1251",
        "windows-1252",
        "iso-8859-1",
        "iso-8859-2",
        "iso-8859-15",
        "shift_jis",
    ] = "utf-8"
    """How the shop writes letters."""

    def make(self) -> AnswerFormat:
        """What reads it."""
        return CsvTable(columns=self.columns, delimiter=self.delimiter, encoding=self.encoding)


class JsonLinesFormat(Block):
    """JSON lines: a list of objects, one on each line."""

    kind: Literal["json_lines"]
    empty: bool = False
    """Whether an answer without a line means that there are no orders. If not, it is a failure."""

    def make(self) -> AnswerFormat:
        """What reads it."""
        return JsonLines(may_be_empty=self.empty)


def _read_format(value: Any) -> Any:
    if value == "csv":
        raise ValueError(
            "expected {kind: csv, columns: […]} with a column that the header row must hold, e.g."
            " that of the order's id, found csv alone"
        )
    return {"kind": value} if isinstance(value, str) else value


FormatSettings = JsonFormat | XmlFormat | CsvFormat | JsonLinesFormat
Format = Annotated[
    Annotated[FormatSettings, Field(discriminator="kind")],
    BeforeValidator(
        _read_format,
        json_schema_input_type=Literal["json", "xml", "json_lines"]
        | Annotated[FormatSettings, Field(discriminator="kind")],
    ),
]
"""One format, told apart by `kind`."""
