"""What one request to the shop looks like."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from connectors.fieldmap.blocks import Block, wrap_in_list
from connectors.generic_json.settings.formats import Format
from connectors.generic_json.settings.shapes import Shape
from connectors.generic_json.settings.values import PathTemplate, TemplateText, XmlTemplate
from connectors.generic_json.xml_body import check_shape
from connectors.language.expressions import Expression
from connectors.language.templates import Template, check_names, suggest_word
from connectors.places import MisplacedError, Path

Names = Mapping[str, Sequence[str] | None]
"""The values a template may speak of, each with its fields; None where these cannot be known."""

TOKEN: Final = "token"  # noqa: S105 - the name of a value in templates
"""What a login brought, in the templates of requests."""

QueryValue = Annotated[
    tuple[TemplateText, ...],
    BeforeValidator(wrap_in_list, json_schema_input_type=str | int | list[str | int]),
]


def _check_document(shape: Shape) -> Shape:
    check_shape(shape.source)
    return shape


def _choose_xml(value: Any) -> str:
    return "shape" if isinstance(value, dict | Shape) else "text"


Xml = Annotated[
    Annotated[Shape, AfterValidator(_check_document), Tag("shape")]
    | Annotated[XmlTemplate, Tag("text")],
    Discriminator(_choose_xml),
]
"""XML as elements and attributes by name, or as a text."""


def _read_request(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) else value


class RequestPatch(Block):
    """What another walk over the same list asks for differently; the rest is as in `request`."""

    path: PathTemplate | None = None
    """Another path."""
    query: dict[str, QueryValue | None] = Field(default={})
    """Parameters to set; those without a value are taken away."""
    body: Shape | None = None
    """Another body."""
    form: dict[str, TemplateText | None] = Field(default={})
    """Fields of a form to set; those without a value are taken away."""
    xml: Xml | None = None
    """Another body of XML."""


class RequestSettings(Block):
    """One request. A bare text is the path of a GET.

    In a `query`, a value that comes to null is left out and a list is repeated.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    """How it is sent. A POST or PUT that reads (a search, GraphQL, SOAP) is repeated like a GET."""
    path: PathTemplate
    """Behind the shop's `url`, or an address on an allowed host. What is put in is percent-encoded.
    """
    query: dict[str, QueryValue] = Field(default={})
    """Parameters by name, e.g. `updated_at[$gte]`."""
    headers: dict[str, TemplateText] = Field(default={})
    """Headers of this request alone."""
    body: Shape | None = None
    """A JSON body."""
    form: dict[str, TemplateText] | None = None
    """A body as web forms send it."""
    xml: Xml | None = None
    """A body of XML: an object with one member, in which names are elements, `@name` attributes and
    `#text` text, lists repeat an element and null leaves it out; or a text.
    """
    content_type: str = ""
    """What the body is called, where the shop wants another name than application/json."""
    format: Format | None = None
    """In which format this request is answered; none: as `answers.format` says."""

    @property
    def given(self) -> Mapping[str, Any]:
        """Values that its templates are always given."""
        return {}

    def give(self, row: Any) -> Any:
        """A row of the answer, with these values."""
        return {**row, **self.given} if self.given and isinstance(row, dict) else row

    @model_validator(mode="after")
    def _check_body(self) -> Self:
        bodies = [name for name in ("body", "form", "xml") if getattr(self, name) is not None]
        if len(bodies) > 1:
            raise ValueError(f"expected one of body, form and xml, found {' and '.join(bodies)}")
        if bodies and self.method == "GET":
            raise ValueError(f"expected no {bodies[0]} in a GET; set method: POST")
        return self

    @property
    def templates(self) -> Iterator[tuple[Path, Template]]:
        """Every template in it, with the path that leads there."""
        yield ("path",), self.path
        for name, header in self.headers.items():
            yield ("headers", name), header
        for name, values in self.query.items():
            yield from ((("query", name, at), value) for at, value in enumerate(values))
        for path, template in self.body.templates if self.body is not None else ():
            yield ("body", *path), template
        for name, field in (self.form or {}).items():
            yield ("form", name), field
        if isinstance(self.xml, Shape):
            yield from ((("xml", *path), template) for path, template in self.xml.templates)
        elif self.xml is not None:
            yield ("xml",), self.xml

    @property
    def expressions(self) -> Iterator[tuple[Path, Expression]]:
        """Every expression in its bodies, with the path that leads there."""
        for name in ("body", "xml"):
            shape = getattr(self, name)
            if isinstance(shape, Shape):
                yield from (((name, *path), expression) for path, expression in shape.expressions)

    def has_reference(self, *path: str) -> bool:
        """Whether any template or expression in it uses this value, e.g. `("page", "number")`."""
        return any(
            names[: len(path)] == path for _, template in self.templates for names in template.names
        ) or any(".".join(path) in expression.source for _, expression in self.expressions)

    def check_values(self, known: Names) -> None:
        """Raise `MisplacedError` if something in it speaks of what is not there.

        Inside a body's `$each` there is `item` too. What the login brought (`token`) is checked
        where the login is known.
        """
        for path, expression in self.expressions:
            _check_expression(
                path,
                expression,
                {**known, "item": None} if "$give" in path else known,
                unchecked={TOKEN},
            )
        for path, template in self.templates:
            try:
                check_names(
                    template,
                    {**known, "item": None} if "$give" in path or "$key" in path else known,
                    unchecked={TOKEN},
                )
            except ValueError as error:
                raise MisplacedError(path, str(error)) from None

    def require_reading(self) -> None:
        """Raise `MisplacedError` unless this is a request that may read: a GET, a POST or a PUT."""
        if self.method not in {"GET", "POST", "PUT"}:
            raise MisplacedError(
                ("method",),
                f"expected GET, POST or PUT for a request that reads, found {self.method}",
            )

    def apply_patch(self, patch: RequestPatch) -> RequestSettings:
        """This request with a patch laid over it."""
        query = {**self.query, **patch.query}
        form = {**(self.form or {}), **patch.form}
        return self.model_copy(
            update={
                "path": patch.path or self.path,
                "query": {name: value for name, value in query.items() if value is not None},
                "body": patch.body or self.body,
                "form": None
                if self.form is None
                else {name: value for name, value in form.items() if value is not None},
                "xml": patch.xml or self.xml,
            }
        )


class BoundRequest(RequestSettings):
    """A request to one of the parts of a shop."""

    values: Mapping[str, Any] = {}
    """What its templates are given."""

    @classmethod
    def bind(cls, request: RequestSettings, values: Mapping[str, Any]) -> BoundRequest:
        """The request with these values."""
        parts = {name: getattr(request, name) for name in RequestSettings.model_fields}
        return cls.model_construct(**parts, values=values)

    @property
    def given(self) -> Mapping[str, Any]:
        """See `RequestSettings`."""
        return self.values


Request = Annotated[
    RequestSettings, BeforeValidator(_read_request, json_schema_input_type=str | RequestSettings)
]
"""A request; a bare text is the path of a GET."""


def _check_expression(
    path: Path, expression: Expression, known: Names, unchecked: Collection[str] = ()
) -> None:
    for root in sorted(expression.reads.names - known.keys() - set(unchecked)):
        raise MisplacedError(
            path,
            f"in the expression {expression.source!r}: there is no {root!r}"
            f" here{suggest_word(root, known)}",
        )


def check_expressions(path: Path, expressions: Iterable[Expression | None], known: Names) -> None:
    """Raise `MisplacedError` if one of these expressions begins with a name that is not known."""
    for expression in expressions:
        if expression is not None:
            _check_expression(path, expression, known)
