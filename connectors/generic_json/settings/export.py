"""A list that the shop does not answer with but prepares: asked for, waited for, downloaded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Self

from pydantic import BeforeValidator, model_validator

from connectors.fieldmap.blocks import Block, ExpressionText, wrap_in_list
from connectors.generic_json.settings.formats import Format
from connectors.generic_json.settings.request import Names, Request, RequestSettings
from connectors.interface import Duration
from connectors.places import MisplacedError, locate_faults
from connectors.reading.durations import write_duration

_SHORTEST = timedelta(milliseconds=100)
Words = Annotated[
    tuple[str, ...],
    BeforeValidator(wrap_in_list, json_schema_input_type=str | list[str]),
]


class ExportSettings(Block):
    """The list's own request starts an export. `{{ export }}` is its answer, and once `status` has
    answered, that answer too.
    """

    status: Request
    """Asks how far the export is, e.g. `exports/{{ export.id }}`."""
    pending: tuple[int, ...] = ()
    """Statuses of HTTP by which the shop says that it is not ready yet, e.g. [404]."""
    state: ExpressionText
    """Where its state stands in an answer."""
    ready: Words
    """The states in which it can be downloaded, compared without regard to case."""
    failed: Words = ()
    """The states from which it never becomes ready. Any other means that it is being made."""
    every: Duration = timedelta(seconds=5)
    """How long to wait before the state is asked for again."""
    within: Duration = timedelta(minutes=10)
    """How long to wait in all. Then the poll fails, and the next one starts another export."""
    download: Request | None = None
    """What fetches the list, e.g. `exports/{{ export.id }}/file`; it may have a `format`."""
    follow: ExpressionText | None = None
    """Or where the answer holds the list's address, e.g. `url`."""
    format: Format | None = None
    """With `follow`: in which format the list comes; none: as `answers.format` says."""

    @model_validator(mode="after")
    def _check_states(self) -> Self:
        if not self.ready:
            raise MisplacedError(("ready",), "expected at least one state, found none")
        if self.every < _SHORTEST:
            raise MisplacedError(("every",), "expected at least 100ms")
        if self.within < self.every:
            raise MisplacedError(
                ("within",), f"expected at least {write_duration(self.every)}, as every says"
            )
        ready, failed = ({each.casefold() for each in words} for words in (self.ready, self.failed))
        for word in sorted(ready & failed):
            raise MisplacedError(
                ("failed",), f"{word!r} stands among ready, too; remove it from one of them"
            )
        if (self.download is None) == (self.follow is None):
            raise ValueError("expected download (a request) or follow (an address), one of the two")
        if self.download is not None and self.format is not None:
            raise MisplacedError(
                ("format",), "expected the format in download, which the list is fetched by"
            )
        return self

    @property
    def list_format(self) -> Format | None:
        """The format of the list, where one is named."""
        return self.format if self.download is None else self.download.format

    @property
    def requests(self) -> Iterator[tuple[str, RequestSettings]]:
        """Its requests by their names."""
        yield "status", self.status
        if self.download is not None:
            yield "download", self.download

    def check_requests(self, known: Names) -> None:
        """Raise `MisplacedError` if a request speaks of what is not there, or of no export."""
        for name, request in self.requests:
            with locate_faults(name):
                request.check_values({**known, "export": None})
                request.require_reading()
            if not request.has_reference("export"):
                raise MisplacedError(
                    (name,), "expected {{ export }} in it; otherwise all exports would be the same"
                )
