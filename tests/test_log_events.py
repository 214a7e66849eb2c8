"""The log speaks in one style: an event is one short sentence, written where it is logged."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
LONGEST = 70
# So few would mean that the calls are no longer found.
FEWEST = 90
FEWEST_LOGGERS = 30
# What stands in the log of a shop and a Portside that are well, beside the line for each poll and
# each notice (`Poll answered.`, `Shop told.`): what begins and ends, and what somebody or a clock
# changed. All else that is no trouble is for debug.
AT_INFO = frozenset(
    {
        "A remark about the shop no longer holds.",
        "A shipment was found that no notice announced.",
        "A voided label was taken out of the shop.",
        "A webhook of ShipStation was heard.",
        "Audited.",
        "Buyers' data forgotten.",
        "Deliveries changed by hand.",
        "Imported orders were changed in ShipStation.",
        "Open orders swept.",
        "Ready.",
        "Settings reloaded.",
        "ShipStation was asked to refresh a store.",
        "Status words in ShipStation corrected.",
        "Stopped.",
        "Stopping.",
        "Store.",
    }
)


def is_log_method(node: ast.AST) -> bool:
    """Whether this is `_log.info`, `self._log.info` or the like."""
    if not isinstance(node, ast.Attribute) or node.attr not in LEVELS:
        return False
    owner = node.value
    name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
    return name.lstrip("_") in {"log", "logger"}


def list_values(function: ast.AST, name: str) -> Iterator[ast.expr]:
    """What `name` is assigned anywhere in the function, alone or as one of several."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                both = (target, node.value)
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(target.elts, node.value.elts, strict=True))
                else:
                    pairs = [both]
                for to, value in pairs:
                    if isinstance(to, ast.Name) and to.id == name:
                        yield value


def find_event(call: ast.Call, function: ast.AST) -> ast.expr | None:
    """The event of a call, None if it logs nothing: its method may stand in a condition or have
    been put in a variable.
    """
    methods = [call.func]
    if isinstance(call.func, ast.Name):
        methods = list(list_values(function, call.func.id))
    elif isinstance(call.func, ast.IfExp):
        methods = [call.func.body, call.func.orelse]
    found = [method for method in methods if is_log_method(method)]
    if not found:
        return None
    place = 1 if any(isinstance(one, ast.Attribute) and one.attr == "log" for one in found) else 0
    return call.args[place] if len(call.args) > place else call


def list_events(text: str) -> Iterator[tuple[int, str]]:
    """The line of each log call in a module, and its event; an event that is put together, or comes
    from elsewhere, as its source.
    """
    tree = ast.parse(text)
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    for function in (node for node in ast.walk(tree) if isinstance(node, kinds)):
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            if (event := find_event(call, function)) is None:
                continue
            values = [event]
            if isinstance(event, ast.Name):
                values = list(list_values(function, event.id)) or [event]
            for value in values:
                said = value.value if isinstance(value, ast.Constant) else None
                yield call.lineno, said if isinstance(said, str) else ast.unparse(value)


def list_events_at(text: str, level: str) -> Iterator[str]:
    """The events that a module logs at this very level, wherever the call names it."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if is_log_method(node.func) and isinstance(node.func, ast.Attribute):
            event = node.args[0]
            if node.func.attr == level and isinstance(event, ast.Constant):
                yield str(event.value)


def is_sentence(event: str) -> bool:
    """Whether an event is one short sentence with a capital and a full stop."""
    inner = event[:-1]
    return (
        event[:1].isupper()
        and event.endswith(".")
        and len(event) <= LONGEST
        and not any(mark in inner for mark in (". ", "! ", "? ", ": ", "; "))
        and inner[-1] not in ".!?:;, "
    )


@pytest.mark.parametrize(
    ("body", "events"),
    [
        ('_log.info("Poll answered.", store=1)', ["Poll answered."]),
        ('self._log.log(level, "Poll answered.")', ["Poll answered."]),
        ('(_log.info if a else _log.debug)("hint")', ["hint"]),
        ('log, event = _log.info, "Shop told."\n    log(event)', ["Shop told."]),
        ('log = _log.debug\n    log("shop_asked")', ["shop_asked"]),
        ('_log.info(f"{change} by hand")', ["f'{change} by hand'"]),
        ("_log.info(event)", ["event"]),
        ('parser.error("not logged")', []),
    ],
)
def test_a_log_call_is_found_with_its_event(body: str, events: list[str]) -> None:
    text = f"def work(self, event):\n    {body}\n"
    assert [event for _, event in list_events(text)] == events


@pytest.mark.parametrize(
    ("event", "good"),
    [
        ("Poll answered.", True),
        ("Shop's clock is off.", True),
        ("hint", False),
        ("shop_page_halved", False),
        ("the outbox cannot be read", False),
        ("Poll answered", False),
        ("Stopping...", False),
        ("Order not read. It is asked for again.", False),
        ("Order not read: it is asked for again.", False),
    ],
)
def test_a_sentence_is_known(event: str, *, good: bool) -> None:
    assert is_sentence(event) is good


def test_every_event_of_the_log_is_one_short_sentence() -> None:
    files = [file for room in ("proxy", "connectors") for file in (ROOT / room).rglob("*.py")]
    modules = {file: text for file in files if "structlog" in (text := file.read_text("utf-8"))}
    found = [
        (f"{file.relative_to(ROOT)}:{line}", event)
        for file, text in modules.items()
        for line, event in list_events(text)
    ]
    assert len(found) >= FEWEST
    assert [(place, event) for place, event in found if not is_sentence(event)] == []


def test_at_info_stands_only_what_is_named_here() -> None:
    files = [file for room in ("proxy", "connectors") for file in (ROOT / room).rglob("*.py")]
    found = {event for file in files for event in list_events_at(file.read_text("utf-8"), "info")}
    assert found == AT_INFO


def test_every_logger_is_called_as_the_room_it_speaks_for() -> None:
    names = [
        (f"{file.relative_to(ROOT)}", name)
        for top in ("proxy", "connectors")
        for file in (ROOT / top).rglob("*.py")
        for name in re.findall(r"structlog\.get_logger\((.*?)\)", file.read_text("utf-8"))
    ]
    assert len(names) >= FEWEST_LOGGERS
    rooms = [Path(place).parts[1].removesuffix(".py") for place, _ in names]
    wrong = [
        (place, name)
        for (place, name), room in zip(names, rooms, strict=True)
        if name != f'"portside.{room}"'
    ]
    assert wrong == []
