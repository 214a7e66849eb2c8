"""One request of the settings, filled in and sent; the answer, decoded and judged."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any, Self

import msgspec

from connectors.errors import RefusedError, UnreadableResponseError
from connectors.generic_json.api.answers import Answers, Bodies
from connectors.generic_json.settings.formats import Format
from connectors.generic_json.settings.request import TOKEN, RequestSettings
from connectors.generic_json.xml_body import write_document
from connectors.language.functions import EvaluationError
from connectors.language.functions.table import as_text
from connectors.reading.formats.answer_format import AnswerFormat
from connectors.upstream.client import JSON, Upstream
from connectors.upstream.request import encode_params
from connectors.upstream.response import Reply

_LEAST_VISIBLE = " "


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request filled in. `json` is used where `content` is None."""

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    headers: dict[str, str] = {}
    json: Any = None
    content: bytes | None = None
    content_type: str | None = None


def fill_request(request: RequestSettings, values: Mapping[str, Any]) -> Call:
    """A request with its templates filled in.

    Raises `RefusedError` where a template cannot cope with the values.
    """
    values = {**values, **request.given}
    try:
        content, content_type = _fill_content(request, values)
        return Call(
            method=request.method,
            path=as_text(request.path(values)) or "",
            params=tuple(_fill_params(request, values)),
            headers={
                name: _fill_header(name, template(values))
                for name, template in request.headers.items()
            },
            json=request.body(values) if request.body is not None else None,
            content=content,
            content_type=request.content_type or content_type,
        )
    except EvaluationError as error:
        raise RefusedError(
            f"The settings' request to {request.path.source!r} cannot be made: {error}."
        ) from None


def _fill_params(request: RequestSettings, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and values of the query: null is left out, a list repeated."""
    for name, templates in request.query.items():
        for template in templates:
            found = template(values)
            for each in found if isinstance(found, list) else [found]:
                if each is not None:
                    yield name, as_text(each) or ""


def _fill_header(name: str, value: Any) -> str:
    text = as_text(value) or ""
    if any(char < _LEAST_VISIBLE for char in text):
        raise EvaluationError(f"the header {name} would hold a line break")
    return text


def _fill_content(
    request: RequestSettings, values: Mapping[str, Any]
) -> tuple[bytes | None, str | None]:
    if request.form is not None:
        pairs = [(name, as_text(template(values)) or "") for name, template in request.form.items()]
        return encode_params(pairs).encode(), "application/x-www-form-urlencoded"
    if request.xml is not None:
        return write_document(request.xml(values)), "application/xml"
    return None, None


class Caller:
    """Sends requests of one kind to the shop, and understands its answers by that kind's rules."""

    def __init__(
        self,
        upstream: Upstream,
        answers: Answers,
        bodies: Bodies,
        token: Mapping[str, str] | None = None,
    ) -> None:
        """`token` is what requests are given under this name."""
        self._upstream = upstream.with_judges(answers.judge, answers.review)
        self._answers = answers
        self._bodies = bodies
        self._token = token or {}

    def _fill(self, request: RequestSettings, values: Mapping[str, Any]) -> Call:
        return fill_request(request, {**values, TOKEN: self._token} if self._token else values)

    def for_parts(self, *, once: bool) -> Self:
        """The same for what belongs to single orders, see `Upstream.for_parts`; `once` without
        repeats.
        """
        twin = copy.copy(self)
        upstream = self._upstream.for_parts()
        twin._upstream = upstream.once() if once else upstream  # noqa: SLF001 - the same class
        return twin

    async def read(
        self, request: RequestSettings, values: Mapping[str, Any], *, rows: bool = False
    ) -> Reply:
        """A reading request; a POST or PUT is repeated like a GET. `rows` as for `Upstream.get`."""
        call = self._fill(request, values)
        answer_format = self._answers.choose_format(request.format)
        if call.method == "GET":
            return await self._upstream.get(
                call.path,
                call.params,
                headers=call.headers,
                rows=rows,
                answer_format=answer_format,
            )
        return await self._upstream.query(
            call.path,
            call.json,
            call.params,
            method=call.method,
            content=call.content,
            content_type=call.content_type or JSON,
            headers=call.headers,
            rows=rows,
            answer_format=answer_format,
        )

    async def follow(
        self,
        address: str,
        request: RequestSettings | None = None,
        values: Mapping[str, Any] | None = None,
        *,
        rows: bool = False,
    ) -> Reply:
        """What lies at an address that the shop gave, asked for as `request` says."""
        if request is None:
            return await self._upstream.get(
                address, answer_format=self._answers.choose_format(None)
            )
        call = self._fill(request, values or {})
        answer_format = self._answers.choose_format(request.format)
        if call.method == "GET":
            return await self._upstream.get(
                address, headers=call.headers, rows=rows, answer_format=answer_format
            )
        return await self._upstream.query(
            address,
            call.json,
            method=call.method,
            content=call.content,
            content_type=call.content_type or JSON,
            headers=call.headers,
            rows=rows,
            answer_format=answer_format,
        )

    async def fetch(self, address: str, own_format: Format | None) -> Reply:
        """The list of rows that lies at an address that the shop gave."""
        answer_format = self._answers.choose_format(own_format)
        return await self._upstream.get(address, rows=True, answer_format=answer_format)

    async def write(self, request: RequestSettings, values: Mapping[str, Any]) -> Reply:
        """A request that changes something: sent once."""
        call = self._fill(request, values)
        answer_format = self._answers.choose_format(request.format)
        if call.method == "GET":
            return await self._upstream.get(
                call.path, call.params, headers=call.headers, answer_format=answer_format
            )
        return await self._change(call, answer_format)

    async def _change(self, call: Call, answer_format: AnswerFormat | None) -> Reply:
        return await self._upstream.write(
            call.method,
            call.path,
            json=call.json,
            content=call.content,
            content_type=call.content_type,
            params=call.params,
            headers=call.headers,
            answer_format=answer_format,
        )

    async def show(self, request: RequestSettings, values: Mapping[str, Any]) -> None:
        """In a dry run, show a request to the observer, whatever its method. Raises
        `UnsentError`.
        """
        await self._change(self._fill(request, values), self._answers.choose_format(request.format))

    def read_body(self, reply: Reply) -> Any:
        """The answer's body; None where a rule says it is empty.

        Raises `UnreadableResponseError`.
        """
        if self._answers.find_meaning(reply) == "empty":
            return None
        body = self._bodies.decode(reply)
        self._answers.check_needed(body, reply.where)
        return body

    def find_meaning(self, reply: Reply) -> str:
        """ok, empty or done."""
        return self._answers.find_meaning(reply)

    def read_answer(self, reply: Reply) -> Any:
        """The body of an answer to a write: None where it cannot be read, as may be after a PUT of
        XML.
        """
        try:
            return self._bodies.decode(reply)
        except UnreadableResponseError:
            return None
