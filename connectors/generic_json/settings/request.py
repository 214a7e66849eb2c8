"""What one request to the shop looks like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from connectors.generic_json.settings.values import Block, PathTemplate, Shape, TemplateText, XmlTemplate, listed
from connectors.generic_json.templates import Template, check_names

Names = Mapping[str, Sequence[str] | None]
"""The values a template may speak of, each with its fields; None where these cannot be known."""

QueryValue = Annotated[tuple[TemplateText, ...], BeforeValidator(listed, json_schema_input_type=str | int | list[str | int])]


def _as_request(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) else value


class RequestPatch(Block):
    """What another walk over the same list asks for differently; the rest is as in `request`."""

    path: PathTemplate | None = None
    """Another path."""
    query: dict[str, QueryValue | None] = Field(default={})
    """Parameters to set; those without a value are taken away."""
    body: Shape | None = None
    """Another body."""


class RequestSettings(Block):
    """One request. A bare text is the path of a GET.

    In a `query`, a value that comes to null is left out and a list is repeated.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    """How it is sent. A POST that reads (a search, GraphQL) may be repeated like a GET."""
    path: PathTemplate
    """Behind the shop's `url`, or an address on an allowed host. What is put in is percent-encoded."""
    query: dict[str, QueryValue] = Field(default={})
    """Parameters by name, e.g. `updated_at[$gte]`."""
    headers: dict[str, TemplateText] = Field(default={})
    """Headers of this request alone."""
    body: Shape | None = None
    """A JSON body."""
    form: dict[str, TemplateText] | None = None
    """A body as web forms send it."""
    xml: XmlTemplate | None = None
    """A body of XML."""
    content_type: str = ""
    """What the body is called, where the shop wants another name than application/json."""

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        bodies = [name for name in ("body", "form", "xml") if getattr(self, name) is not None]
        if len(bodies) > 1:
            raise ValueError(f"expected one of body, form and xml, found {' and '.join(bodies)}")
        if bodies and self.method == "GET":
            raise ValueError(f"expected no {bodies[0]} in a GET; set method: POST")
        return self

    @property
    def templates(self) -> Iterator[Template]:
        """Every template in it."""
        yield self.path
        yield from self.headers.values()
        for values in self.query.values():
            yield from values
        if self.body is not None:
            yield from self.body.templates
        yield from (self.form or {}).values()
        if self.xml is not None:
            yield self.xml

    def speaks_of(self, *path: str) -> bool:
        """Whether any template or expression in it uses this value, e.g. `("page", "number")`."""
        expressions = self.body.expressions if self.body is not None else ()
        return any(names[: len(path)] == path for template in self.templates for names in template.names) or any(
            ".".join(path) in expression.source for expression in expressions
        )

    def check(self, known: Names) -> None:
        """Raise `ValueError` if a template speaks of what is not there. Inside a body's `$each` there is `item` too."""
        inner = {**known, "item": None} if self.body is not None and "$each" in str(self.body.source) else known
        for template in self.templates:
            check_names(template, inner)

    def patched(self, patch: RequestPatch) -> RequestSettings:
        """This request with a patch laid over it."""
        query = {**self.query, **patch.query}
        return self.model_copy(
            update={
                "path": patch.path or self.path,
                "query": {name: value for name, value in query.items() if value is not None},
                "body": patch.body or self.body,
            }
        )


Request = Annotated[RequestSettings, BeforeValidator(_as_request, json_schema_input_type=str | RequestSettings)]
"""A request; a bare text is the path of a GET."""
