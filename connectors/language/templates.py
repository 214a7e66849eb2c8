"""Texts with `{{ … }}` in settings: Jinja2 in its sandbox, cut down to names, filters and simple
choices.

No call, no attribute of a Python object, no loop inside a loop, nothing that could reach beyond the
values given. A text that is one `{{ … }}` and nothing else keeps the kind of its value, so that
numbers stay numbers in JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from jinja2 import TemplateSyntaxError, Undefined, UndefinedError, nodes

from connectors.language.calls import check_count, suggest_name
from connectors.language.functions import EvaluationError
from connectors.language.functions.table import MOST_TEXT
from connectors.language.sandbox import ENVIRONMENTS, FILTERS, SANDBOX, Sandbox
from connectors.places import PlacedText

MOST_TEMPLATE: Final = 8_000
"""Characters a template may have."""

_MOST_DEPTH: Final = 40
_ALLOWED: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Filter,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Neg,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.If,
    nodes.For,
    nodes.List,
    nodes.Dict,
    nodes.Pair,
)
_RESERVED: Final = frozenset({"self", "super", "caller", "varargs", "kwargs"})
_NAMES: Final[Mapping[str, str]] = {
    "Call": "a call; functions are used as filters, as in {{ name | upper }}",
    "Test": "a test with `is`; compare with == or use the value itself",
    "Concat": "~; write the parts side by side, as in {{ a }}{{ b }}",
    "Pow": "a power",
    "Mod": "a remainder",
    "FloorDiv": "a whole division",
    "Assign": "`set`",
    "Macro": "a macro",
    "Include": "`include`",
    "Import": "`import`",
    "FromImport": "`import`",
    "Extends": "`extends`",
    "Block": "a block",
    "Slice": "a slice",
    "Tuple": "a tuple",
}


class Template(msgspec.Struct, frozen=True, eq=False):
    """A compiled template.

    `names` are the values it speaks of, each with the names behind its first dot; `worked` those it
    does more with than write them down: filters, conditions, arithmetic.
    """

    source: str
    place: str
    names: frozenset[tuple[str, ...]]
    render: Callable[[Mapping[str, Any]], Any]
    worked: frozenset[str] = frozenset()

    def __call__(self, values: Mapping[str, Any]) -> Any:
        """The text, or the value itself where the template is nothing but one `{{ … }}`.

        Raises `EvaluationError`.
        """
        try:
            return self.render(values)
        except (UndefinedError, ArithmeticError, TypeError, LookupError, RecursionError) as error:
            raise EvaluationError(
                f"in the template {self.source[:60]!r}: cannot work with this value"
                f" ({type(error).__name__})"
            ) from None

    def __repr__(self) -> str:
        return f"Template({self.source!r})"


def compile_template(value: Any, kind: str = "text") -> Template:
    """Read a template. What is put into an `xml` text is escaped, into a `path` percent-encoded.

    Raises `ValueError` with a sentence.
    """
    source = str(value)
    place = value.place if isinstance(value, PlacedText) else ""
    if len(source) > MOST_TEMPLATE:
        raise ValueError(
            f"expected a template of at most {MOST_TEMPLATE} characters, found {len(source)}"
        )
    if "{{" not in source and "{%" not in source and "{#" not in source:
        return Template(source, place, frozenset(), lambda _values: source)
    environment = ENVIRONMENTS[kind]
    try:
        tree = environment.parse(source)
        _check_tree(tree)
        names = frozenset(_find_paths(tree))
        render = (
            _render_one(tree)
            if _is_single(tree) and kind == "text"
            else _render_text(environment, source)
        )
    except (TemplateSyntaxError, ValueError, RecursionError) as error:
        raise ValueError(f"in the template {source[:60]!r}: {_describe_error(error)}") from None
    return Template(source, place, names, render, frozenset(_find_worked(tree)))


def _describe_error(error: Exception) -> str:
    if not isinstance(error, TemplateSyntaxError):
        return "nested too deeply" if isinstance(error, RecursionError) else str(error)
    said = (error.message or "not understood").rstrip(".")
    place = f" (line {error.lineno} of the template)" if error.lineno > 1 else ""
    return f"{said[:1].lower()}{said[1:]}{place}"


def _is_single(tree: nodes.Template) -> bool:
    return (
        len(tree.body) == 1
        and isinstance(tree.body[0], nodes.Output)
        and len(tree.body[0].nodes) == 1
    )


def _render_one(tree: nodes.Template) -> Callable[[Mapping[str, Any]], Any]:
    output = tree.body[0]
    assert isinstance(output, nodes.Output)  # noqa: S101 -- _is_single has looked
    body = [nodes.Assign(nodes.Name("result", "store"), output.nodes[0], lineno=1)]
    plain = SANDBOX.from_string(nodes.Template(body, lineno=1))

    def render(values: Mapping[str, Any]) -> Any:
        found = vars(plain.make_module(dict(values)))["result"]
        return None if isinstance(found, Undefined) else found

    return render


def _render_text(environment: Sandbox, source: str) -> Callable[[Mapping[str, Any]], Any]:
    template = environment.from_string(source)

    def render(values: Mapping[str, Any]) -> str:
        parts, size = [], 0
        for part in template.generate(dict(values)):
            size += len(part)
            if size > MOST_TEXT:
                raise EvaluationError("gave up: the template's text became too long")
            parts.append(part)
        return "".join(parts)

    return render


def _check_tree(tree: nodes.Template) -> None:
    """Raise `ValueError` for whatever a template may not do."""
    pending: list[tuple[nodes.Node, int, bool]] = [(tree, 0, False)]
    while pending:
        node, depth, looped = pending.pop()
        if not isinstance(node, _ALLOWED):
            kind = type(node).__name__
            raise ValueError(f"a template cannot use {_NAMES.get(kind, kind)}")  # noqa: TRY004 -- pydantic collects ValueErrors
        if depth > _MOST_DEPTH:
            raise ValueError("expected a template that is nested less deeply")
        if isinstance(node, nodes.For) and (looped or node.recursive):
            raise ValueError("a template cannot loop inside a loop; use `each` of the step")
        if isinstance(node, nodes.Filter):
            _check_filter(node)
        if isinstance(node, nodes.Name) and node.name in _RESERVED:
            raise ValueError(f"a template cannot use {node.name}")
        pending += [
            (child, depth + 1, looped or isinstance(node, nodes.For))
            for child in node.iter_child_nodes()
        ]


def _check_filter(node: nodes.Filter) -> None:
    if node.name not in FILTERS:
        raise ValueError(
            f"there is no filter {node.name}{suggest_name(node.name, FILTERS).replace('()', '')}"
        )
    if node.node is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise ValueError(f"the filter {node.name} takes plain arguments only")
    check_count(FILTERS[node.name], 1 + len(node.args))


def _find_paths(tree: nodes.Node, bound: frozenset[str] = frozenset()) -> Iterator[tuple[str, ...]]:
    """Every value a template speaks of, as ("shipment", "carrier")."""
    if isinstance(tree, nodes.For):
        yield from _find_paths(tree.iter, bound)
        names = {name.name for name in tree.target.find_all(nodes.Name)} | (
            {tree.target.name} if isinstance(tree.target, nodes.Name) else set()
        )
        inner = bound | names | {"loop"}
        for part in (*tree.body, *tree.else_, *([tree.test] if tree.test else [])):
            yield from _find_paths(part, inner)
        return
    path = _read_dotted_path(tree)
    if path is not None:
        if path[0] not in bound:
            yield path
        return
    for child in tree.iter_child_nodes():
        yield from _find_paths(child, bound)


def _find_worked(tree: nodes.Node) -> Iterator[str]:
    """The values that stand anywhere but alone between braces."""
    for child in tree.iter_child_nodes():
        if isinstance(tree, nodes.Output) and _read_dotted_path(child) is not None:
            continue
        yield from (
            _find_worked(child)
            if isinstance(child, nodes.Output)
            else (path[0] for path in _find_paths(child))
        )


def _read_dotted_path(node: nodes.Node) -> tuple[str, ...] | None:
    behind: list[str] = []
    while isinstance(node, nodes.Getattr):
        behind.insert(0, node.attr)
        node = node.node
    return (node.name, *behind) if isinstance(node, nodes.Name) else None


def check_names(
    template: Template,
    known: Mapping[str, Sequence[str] | None],
    unchecked: Collection[str] = (),
) -> None:
    """Raise `ValueError` if a template speaks of a value that is not given there; None stands for
    names that cannot be known. The `unchecked` are looked at elsewhere.
    """
    for path in sorted(template.names):
        if path[0] in unchecked:
            continue
        if path[0] not in known:
            raise ValueError(
                f"in the template {template.source[:60]!r}: there is no {path[0]!r}"
                f" here{suggest_word(path[0], known)}"
            )
        inner = known[path[0]]
        if inner is not None and len(path) > 1 and path[1] not in inner:
            raise ValueError(
                f"in the template {template.source[:60]!r}: {path[0]} has no"
                f" {path[1]!r}{suggest_word(path[1], inner)}"
            )


def suggest_word(word: str, known: Collection[str]) -> str:
    """`; did you mean shipment?`, or the names there are."""
    return suggest_name(word, known).replace("()", "") or (
        f"; there are {', '.join(sorted(known))}" if known else ""
    )
