"""What a shop's answer means by the rules of the settings; where no rule fits, HTTP's status has
said it already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from msgspec import UNSET

from connectors.errors import (
    AuthenticationError,
    ConflictError,
    ConnectorError,
    OrderNotFoundError,
    RefusedError,
    ThrottledError,
    UnavailableError,
    UnreadableResponseError,
)
from connectors.generic_json.settings.answers import AnswerRule, AnswerSettings, WaitHeader
from connectors.generic_json.settings.formats import Format
from connectors.language.expressions import Expression
from connectors.language.functions import EvaluationError
from connectors.language.functions.table import as_number, as_text
from connectors.language.functions.times import EPOCH
from connectors.language.logic import is_false
from connectors.quoting import MOST_QUOTED, make_printable
from connectors.reading.formats.answer_format import AnswerFormat
from connectors.reading.markup import clean_text, shorten
from connectors.upstream.masking import Mask
from connectors.upstream.refusals import read_code, read_words
from connectors.upstream.response import Reply
from connectors.upstream.retry import LONGEST_RETRY_AFTER, parse_retry_after

_REMEMBERED = 8
_SUCCESS = (2,)
_WELL = frozenset({"ok", "empty", "done"})


class Bodies:
    """Decoded bodies of the answers at hand: an answer is judged and then read, but decoded
    once.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[bytes, Any]] = {}

    def decode(self, reply: Reply) -> Any:
        """The body as plain values; None where there is none. Raises `UnreadableResponseError`."""
        if reply.status == HTTPStatus.NO_CONTENT:
            return None
        if reply.values is not UNSET:
            return reply.values
        if not reply.content.strip():
            return None
        known = self._known.get(id(reply.content))
        if known is not None and known[0] is reply.content:
            return known[1]
        body = reply.json()
        if len(self._known) >= _REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[id(reply.content)] = (reply.content, body)
        return body


class Answers:
    """The rules of one kind of request: its own first, then those for all."""

    def __init__(
        self,
        settings: AnswerSettings,
        bodies: Bodies,
        mask: Callable[[], Mask],
        own: Sequence[AnswerRule] = (),
    ) -> None:
        self._settings = settings
        self._bodies = bodies
        self._mask = mask
        self._rules = (*own, *settings.rules)

    def choose_format(self, own: Format | None) -> AnswerFormat | None:
        """How the answer to a request is read that may name a format of its own."""
        return (own or self._settings.format).make()

    def judge(self, reply: Reply) -> None:
        """Raise what a success by status means that is none by the rules."""
        rule = self.rule_for(reply)
        if rule is not None and (error := self._make_error(rule, reply)) is not None:
            raise error

    def review(self, reply: Reply, error: ConnectorError) -> ConnectorError | None:
        """What a refusal means by the rules; None if it is to count as a success."""
        rule = self.rule_for(reply)
        if rule is not None:
            return self._make_error(rule, reply)
        if isinstance(error, ThrottledError) and error.retry_after is None:
            error.retry_after = self._find_wait(reply)
        if isinstance(error, RefusedError) and self._settings.message is not None:
            words = self._read_words(reply, None)
            said = _write_sentence(reply, words)
            return RefusedError(said, status=error.status, code=error.code).quoting(words)
        return error

    def rule_for(self, reply: Reply) -> AnswerRule | None:
        """The first rule that fits an answer."""
        for rule in self._rules:
            wanted = rule.status or _SUCCESS
            if reply.status not in wanted and reply.status // 100 not in wanted:
                continue
            if rule.when is None or self._is_true(rule.when, reply):
                return rule
        return None

    def find_meaning(self, reply: Reply) -> str:
        """The meaning of an answer that was let through: ok, empty or done."""
        rule = self.rule_for(reply)
        return (
            rule.means
            if rule is not None
            else "empty"
            if reply.status == HTTPStatus.NO_CONTENT
            else "ok"
        )

    def check_needed(self, body: Any, where: str) -> None:
        """Raise `UnreadableResponseError` if something is missing that every answer must hold."""
        for expression in self._settings.needed:
            if _evaluate(expression, body) is None:
                raise UnreadableResponseError(
                    f"{where}: expected {expression.source!r} in the answer, found nothing there."
                )

    def _is_true(self, expression: Expression, reply: Reply) -> bool:
        try:
            body = self._bodies.decode(reply)
        except UnreadableResponseError:
            return False
        return not is_false(_evaluate(expression, body, wrap_answer(reply, body)))

    def _make_error(self, rule: AnswerRule, reply: Reply) -> ConnectorError | None:
        if rule.means in _WELL:
            return None
        words = self._read_words(reply, rule.message)
        return self._choose_error(rule, reply, words).quoting(words)

    def _choose_error(self, rule: AnswerRule, reply: Reply, words: str) -> ConnectorError:
        said = _write_sentence(reply, words)
        wait = (
            rule.retry_after.total_seconds()
            if rule.retry_after is not None
            else self._find_wait(reply)
        )
        match rule.means:
            case "throttled":
                return ThrottledError(said, retry_after=wait)
            case "unavailable":
                return UnavailableError(said, retry_after=wait)
            case "refused":
                return RefusedError(said, status=reply.status, code=read_code(reply, self._mask()))
        return _PERMANENT[rule.means](said)

    def _read_words(self, reply: Reply, message: Expression | None) -> str:
        """The shop's own words for a refusal, without a full stop; empty if it has none."""
        told = ""
        expression = message or self._settings.message
        if expression is not None:
            try:
                body = self._bodies.decode(reply)
                told = clean_text(
                    as_text(_evaluate(expression, body, wrap_answer(reply, body))) or ""
                )
            except (UnreadableResponseError, EvaluationError):
                told = ""
        told = shorten(make_printable(self._mask().text(told)), MOST_QUOTED)
        return (told or read_words(reply, self._mask())).rstrip(".")

    def _find_wait(self, reply: Reply) -> float | None:
        now = datetime.now(UTC)
        header = self._settings.wait
        told = reply.headers.get(header.name) if header is not None else None
        if header is None or told is None:
            return parse_retry_after(reply.headers.get("Retry-After"), now)
        return read_wait(told, header, now)


def _write_sentence(reply: Reply, words: str) -> str:
    """`GET https://…: the shop answered 400: its own words.`."""
    quoted = f": {words}" if words else ""
    return f"{reply.where}: the shop answered {reply.status}{quoted}."


def read_wait(told: str, header: WaitHeader, now: datetime) -> float | None:
    """Seconds to wait by a header of the shop's own; None if it cannot be read."""
    if header.unit == "date":
        return parse_retry_after(told, now)
    try:
        number = as_number(told)
    except EvaluationError:
        return None
    if number is None:
        return None
    passed = (now - EPOCH).total_seconds()
    seconds = {
        "seconds": float(number),
        "ms": float(number) / 1000,
        "epoch": float(number) - passed,
        "epoch_ms": float(number) / 1000 - passed,
    }[header.unit]
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


def wrap_answer(reply: Reply, body: Any) -> dict[str, Any]:
    """What `root()` gives in an expression on an answer: `status`, `headers` by their names in
    small letters, and `body`.
    """
    return {
        "status": reply.status,
        "headers": {name.lower(): value for name, value in reply.headers.items()},
        "body": body,
    }


def _evaluate(expression: Expression, body: Any, root: Any = None) -> Any:
    """What an expression finds in an answer; nothing where it does not suit it."""
    try:
        return expression(body, root)
    except EvaluationError:
        return None


_PERMANENT: dict[str, type[ConnectorError]] = {
    "not_allowed": AuthenticationError,
    "not_found": OrderNotFoundError,
    "conflict": ConflictError,
    "unreadable": UnreadableResponseError,
}
