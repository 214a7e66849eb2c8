"""What a stranger wrote reaches the log by its length alone, and a terminal as plain characters."""

from __future__ import annotations

import io
import json
import logging
from contextlib import redirect_stdout

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from connectors.errors import PartError, RefusedError, UnavailableError
from connectors.interface import Remark
from connectors.quoting import describe_error, describe_reason, hide_found, make_printable
from connectors.reading.fields import FieldError
from connectors.upstream.masking import MASK, Mask, remember_secrets
from connectors.upstream.refusals import explain_refusal
from proxy.account.listing import log_unreadable
from proxy.account.pacific import read_pacific
from proxy.cli.output import PlainConsole, print_json
from proxy.remarks import RemarkKeeper
from proxy.telemetry.logs import configure_logs
from proxy.telemetry.masking import mask_target
from tests.attacks.conftest import Log
from tests.attacks.samples import make_reply
from tests.storage.memory_shops import MemoryRemarks

BUYER = "Zephyrine Quillfeather, 12 Moth Lane"


def write_lines(*, style: str, write: object) -> str:
    out = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure_logs(style=style, level="debug", stream=out)  # type: ignore[arg-type]
        write(structlog.get_logger("portside.test"))  # type: ignore[operator]
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
    return out.getvalue()


@pytest.mark.parametrize("status", [400, 401, 404, 409, 429, 500, 503])
@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"code": "no", "message": f"no parcel for {BUYER}"}),
        json.dumps({"errors": {"address": [BUYER]}}),
        json.dumps([{"error": BUYER}]),
    ],
)
def test_a_shops_own_words_are_shown_to_the_operator_and_not_logged(status: int, body: str) -> None:
    error = explain_refusal(make_reply(body, status=status), Mask())
    assert error is not None
    assert BUYER in str(error)
    assert BUYER not in describe_error(error)
    assert str(status) in describe_error(error)


def test_words_stay_out_of_the_log_through_every_error_that_is_made_of_another() -> None:
    first = UnavailableError(f"the shop answered 500: {BUYER}.").quoting(BUYER)
    second = PartError(f"{first} The shop answers others.")
    second.__cause__ = first
    shown = describe_error(second)
    assert BUYER not in shown
    assert shown == f"the shop answered 500: ({len(BUYER)} characters). The shop answers others."


@pytest.mark.parametrize("style", ["json", "console"])
def test_neither_an_error_nor_its_traceback_brings_a_value_into_the_log(style: str) -> None:
    def write(log: structlog.stdlib.BoundLogger) -> None:
        log.warning("refused", error=RefusedError(f"no: {BUYER}").quoting(BUYER))
        log.warning("field", error=FieldError("phone", "a number", BUYER))
        try:
            try:
                int(BUYER)
            except ValueError as fault:
                raise KeyError(BUYER) from fault
        except KeyError:
            log.exception("unexpected")

    shown = write_lines(style=style, write=write)
    assert "Zephyrine" not in shown
    assert "test_quoting.py" in shown
    assert "ValueError" in shown
    assert f"({len(BUYER)} characters)" in shown


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_shops_escape_sequences_do_not_reach_the_terminal_by_the_log(style: str) -> None:
    shown = write_lines(
        style=style, write=lambda log: log.warning("a\x1b]0;owned\x07", reason="\x9b2J\u202e")
    )
    assert not {"\x1b]", "\x07", "\x9b", "\u202e"} & {*shown, shown[shown.find("\x1b]") :][:2]}
    assert "x1b]0;owned" in shown


def test_a_shops_escape_sequences_do_not_reach_the_terminal_by_a_command() -> None:
    out = io.StringIO()
    console = PlainConsole(file=out, force_terminal=False, width=200)
    console.print(Text("a\x1b]0;owned\x07\x9b\u202e b"))
    console.print("plain")
    assert out.getvalue() == "a\\x1b]0;owned\\x9b\\u202e b\nplain\n"


@given(st.text())
def test_printable_text_holds_no_control_character_and_leaves_letters_alone(text: str) -> None:
    shown = make_printable(text)
    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in shown)
    assert make_printable(shown) == shown
    kept = "".join(letter for letter in text if letter.isprintable())
    assert kept == "".join(letter for letter in kept if letter in shown)


@given(st.text())
def test_json_for_people_stays_json_and_moves_no_cursor(text: str) -> None:
    out = io.StringIO()
    with redirect_stdout(out):
        print_json({"shop": text})
    assert json.loads(out.getvalue()) == {"shop": text}
    assert make_printable(out.getvalue(), keep_lines=True) == out.getvalue()


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        (
            f"billing.phone: expected text, found {BUYER!r}",
            "billing.phone: (59 characters)",
        ),
        (f"{BUYER}: is not served", "(51 characters)"),
        ("GET https://shop.example/1: the shop answered 500: Jane.", "(56 characters)"),
    ],
)
def test_the_reason_of_a_held_order_is_logged_by_its_path(reason: str, shown: str) -> None:
    assert describe_reason(reason) == shown


async def test_a_remark_is_kept_with_the_shops_words_and_logged_without(log: Log) -> None:
    kept = MemoryRemarks()
    said = f"phone: expected a number, found '{BUYER}'"
    async with RemarkKeeper(kept) as keeper:
        keeper.take("north", Remark(about="field phone", text=f"Left out: {said}", quoted=said))
        keeper.take("north", Remark(about="long", text="x" * 600 + BUYER, quoted=BUYER))
        keeper.take("north", Remark(about="odd", text=f"{BUYER}.", quoted=BUYER))
    assert BUYER in (await kept.list_kept("north"))[0].text
    shown = [line["remark"] for line in log.lines("The operator should know this about the shop.")]
    lengths = [f"({length} characters)" for length in (len(said), len(BUYER), len(BUYER) + 1)]
    assert shown == [f"Left out: {lengths[0]}", "x" * 600 + lengths[1], lengths[2]]


def test_why_a_row_of_the_account_cannot_be_read_is_logged_without_the_value(log: Log) -> None:
    with pytest.raises(ValueError, match="Zephyrine") as caught:
        read_pacific(BUYER)
    log_unreadable("orders", str(caught.value))
    (line,) = log.lines("A row of the account cannot be read.")
    assert line["reason"].endswith(f", found ({len(BUYER) + 2} characters)")


def test_what_was_found_is_logged_by_its_length() -> None:
    assert hide_found("page: expected a number, found 'Jane'") == (
        "page: expected a number, found (6 characters)"
    )


@pytest.mark.parametrize(
    "form", ['{"losung": "%s"}', "losung=%s", "https://shop.example/?losung=%s", "the word is %s"]
)
def test_a_text_from_the_environment_is_masked_whatever_its_key_is_called(form: str) -> None:
    try:
        remember_secrets(["a/secret word"])
        for written in ("a/secret word", "a%2Fsecret%20word", "a%2Fsecret+word"):
            body = Mask().body((form % written).encode())
            assert b"secret" not in body
            assert MASK in Mask().text(form % written)
            assert "secret" not in write_lines(
                style="json", write=lambda log, text=form % written: log.info(text, more=[text])
            )
    finally:
        remember_secrets([])


@pytest.mark.parametrize("secret", ["a/secret word", "a:secret:word/", "secret?&ü"])
def test_a_text_from_the_environment_is_masked_in_a_logged_target(secret: str) -> None:
    try:
        remember_secrets([secret])
        shown = mask_target(f"/{secret}", [("page", secret)])
    finally:
        remember_secrets([])
    assert shown == f"/{MASK}?page={MASK}"
