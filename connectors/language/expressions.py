"""JMESPath expressions in settings: read while settings load, so that a typo has its place; run
later on what a shop sent.
"""

from __future__ import annotations

import warnings
from typing import Any, Final

import msgspec
from jmespath import lexer, parser
from jmespath.exceptions import IncompleteExpressionError, JMESPathError, ParseError

from connectors.language.analysis import is_exact, is_growing
from connectors.language.compiler import compile_tree
from connectors.language.functions import EvaluationError, Run
from connectors.language.functions.standard import measure_weight
from connectors.language.reads import Reads, find_reads
from connectors.language.shortcuts import Shortcut, find_root_shortcut, find_shortcut
from connectors.language.tree import Evaluate, find_plain_path
from connectors.places import PlacedText

MOST_EXPRESSION: Final = 2_000
"""Characters an expression may have."""

_MOST_NESTING: Final = 40


class Expression(msgspec.Struct, frozen=True, eq=False):
    """A compiled expression.

    `source` is what stands in the settings, `place` where, e.g. `settings.yaml:41`, empty if not
    known; `reads` is what it looks up in the value it is given, `reads_root` in what `root()`
    gives; `path` are the names of one that is nothing but names and dots. `shortcut` gives the same
    as `evaluate` where there is one, and `root_shortcut` does so from what `root()` gives.
    """

    source: str
    place: str
    evaluate: Evaluate
    grows: bool = False
    reads: Reads = Reads()
    reads_root: Reads = Reads()
    path: tuple[str, ...] = ()
    shortcut: Shortcut | None = None
    root_shortcut: Shortcut | None = None

    def __call__(self, value: Any, root: Any = None) -> Any:
        """What the expression finds in `value`. Raises `EvaluationError`.

        `root` is what `root()` gives, `value` itself if not told.
        """
        if self.shortcut is not None:
            return self.shortcut(value)
        run = Run(value if root is None else root)
        try:
            found = self.evaluate(value, run)
            if self.grows and isinstance(found, list | dict):
                run.spend(measure_weight(found, run))
        except RecursionError:
            raise EvaluationError("gave up: the value is nested too deeply") from None
        return found

    @property
    def one_line(self) -> str:
        """The source in one line, for people."""
        return self.source.replace("\n", "\\n").replace("\t", "\\t")

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)


def read_expression(value: Any) -> Expression:
    """An expression out of settings.

    Raises `ValueError` with a sentence that says at which character it goes wrong.
    """
    if isinstance(value, Expression):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int):
        found = _describe_value(value)
        raise ValueError(f"expected an expression such as `order.id`, found {found}")  # noqa: TRY004 -- pydantic collects ValueErrors
    text = str(value)
    if not text.strip():
        raise ValueError("expected an expression such as `order.id`, found an empty text")
    if len(text) > MOST_EXPRESSION:
        raise ValueError(
            f"expected an expression of at most {MOST_EXPRESSION} characters, found {len(text)}"
        )
    place = value.place if isinstance(value, PlacedText) else ""
    try:
        tree = parse_tree(text)
        return Expression(
            text,
            place,
            compile_tree(tree),
            is_growing(tree),
            *find_reads(tree),
            tuple(find_plain_path(tree) or ()),
            find_shortcut(tree),
            find_root_shortcut(tree),
        )
    except ValueError as error:
        if isinstance(error, JMESPathError):
            raise
        raise ValueError(f"in the expression {_quote_source(text)}: {error}") from None


def parse_tree(text: str) -> Any:
    """The syntax tree of an expression. Raises `ValueError`: the parser's own complaints become
    sentences with a position.
    """
    try:
        with warnings.catch_warnings():
            # The package warns of what it reads as text although it is no JSON; to us it is a
            # fault.
            warnings.simplefilter("error", PendingDeprecationWarning)
            _check_tokens(text)
            return parser.Parser().parse(text).parsed
    except PendingDeprecationWarning:
        raise ValueError(_NO_JSON) from None
    except IncompleteExpressionError:
        raise ValueError("it ends too early") from None
    except ParseError as error:
        found = text[error.lex_position : error.lex_position + 12]
        raise ValueError(
            f"not understood at character {error.lex_position + 1}, at"
            f" {found!r}{_advise(text, error.lex_position)}"
        ) from None
    except (JMESPathError, RecursionError, ValueError) as error:
        said = (
            str(error)
            if isinstance(error, ValueError) and not isinstance(error, JMESPathError)
            else "not understood"
        )
        raise ValueError(said) from None


def _check_tokens(text: str) -> None:
    """Raise `ValueError` for what the parser would stumble over or, worse, let pass: deep nesting,
    two values side by side.
    """
    depth = 0
    before = ""
    for token in lexer.Lexer().tokenize(text):
        if before in _VALUE_ENDS and token["type"] in _VALUE_STARTS:
            found = text[token["start"] : token["start"] + 12]
            raise ValueError(
                f"expected a comma, a dot or an operator before character {token['start'] + 1}, at"
                f" {found!r}"
            )
        before = token["type"]
        if before == "literal" and not is_exact(token["value"]):
            raise ValueError(_NO_JSON)
        depth += (token["type"] in _OPENING) - (token["type"] in _CLOSING)
        if depth > _MOST_NESTING:
            raise ValueError(f"expected brackets at most {_MOST_NESTING} deep")


_NO_JSON: Final = "expected JSON between back quotes; a text is written in single quotes"
_VALUE_STARTS: Final = frozenset({"unquoted_identifier", "quoted_identifier", "literal", "current"})
_VALUE_ENDS: Final = _VALUE_STARTS | {"rparen", "rbracket", "rbrace", "star", "flatten"}
_OPENING: Final = frozenset({"lparen", "lbracket", "lbrace", "filter", "not", "expref"})
_CLOSING: Final = frozenset({"rparen", "rbracket", "rbrace"})


def _advise(text: str, place: int) -> str:
    """What was probably meant, for the most frequent mistakes."""
    found = text[place : place + 1]
    return _ADVICE.get("0" if found.isdigit() else found, "").replace("QUOTE", found)


_ARITHMETIC: Final = "; arithmetic is done by add(), subtract(), multiply() and divide()"
_ADVICE: Final = {
    "=": "; equality is written ==",
    "-": (
        '; a name with a hyphen stands in double quotes, as in "a-b"; arithmetic is done by'
        " subtract()"
    ),
    "+": _ARITHMETIC,
    "/": _ARITHMETIC,
    "*": _ARITHMETIC,
    "$": "; a JMESPath has no $, it begins at the top by itself",
    "'": "; the QUOTE that ends it is missing",
    "`": "; the QUOTE that ends it is missing",
    '"': "; the QUOTE that ends it is missing",
    "0": "; a number is written in back quotes, as in `12`",
}


def _quote_source(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")  # noqa: PLR2004 -- a line's worth


def _describe_value(value: Any) -> str:
    kinds = {
        dict: "keys with values",
        list: "a list",
        bool: str(value).lower(),
        type(None): "nothing",
    }
    return next((words for kind, words in kinds.items() if isinstance(value, kind)), repr(value))
