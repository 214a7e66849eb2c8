"""A stranger's text is cut before it is cleaned, masked, matched or logged."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from connectors.errors import RefusedError
from connectors.reading.markup import MOST_CLEANED, clean_text, shorten
from connectors.upstream.addresses import Target
from connectors.upstream.masking import MASK, MOST_URL, Mask, remember_secrets
from proxy.telemetry.masking import MOST_TARGET, MOST_TEXT, mask_target, mask_text

TARGET = Target("https://shop.example/api")
SECRET = "hunter2/and-twenty-one"


@pytest.mark.parametrize("path", ["/a.a.a" * 2_000, "/" + "é" * 8_000, "/" + "\n" * 8_000])
def test_a_target_in_the_log_has_two_hundred_characters_at_most(path: str) -> None:
    assert len(mask_target(path, [("page", "9" * 5_000)] * 500)) <= MOST_TARGET


def test_a_text_in_the_log_is_cut() -> None:
    assert len(mask_text("word " * 10_000)) <= MOST_TEXT + 1


@pytest.mark.parametrize("secret", ["Basic dXNlcjpwYXNzd29yZA==", "https://user:pass@shop.example"])
def test_a_login_that_the_cut_divides_is_not_logged_in_part(secret: str) -> None:
    for shift in range(len(secret)):
        shown = mask_text("x " * (MOST_TEXT // 2 - len(secret)) + "y" * shift + " " + secret * 2)
        assert "dXNlcjpw" not in shown
        assert "user:" not in shown


@pytest.mark.parametrize("secret", [SECRET, "correct horse battery staple/and more"])
def test_a_secret_of_the_settings_that_a_cut_divides_is_not_shown_in_part(
    secret: str, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(lambda: remember_secrets(()))
    remember_secrets([secret])
    for shift in range(len(secret) + 10):
        fill = "/" + "a" * (MOST_TARGET - shift)
        name, text = "n" * (100 - shift), "y " * (MOST_TEXT // 2) + "z" * (len(secret) - shift)
        for shown in (
            mask_target(fill + secret * 2, []),
            mask_target("/", [(name + secret * 2, ""), ("service", name + secret * 2)]),
            mask_text(text[-MOST_TEXT + 30 :] + secret * 2),
            mask_text("the shop said: " + shorten(secret * 2, shift + 6)),
            Mask([secret]).url("https://shop.example/" + "a" * (MOST_URL - 21 - shift) + secret),
        ):
            assert secret[:6] not in shown
            assert quote(secret)[:6] not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://u:p@ss@host/db", f"postgresql://{MASK}@host/db"),
        ("insert [parameters: ('Jane', 1)]\nmore", f"insert [parameters: {MASK}]\nmore"),
        ("insert [parameters: ('Jane', [1]", f"insert [parameters: {MASK}]"),
    ],
)
def test_what_is_secret_in_a_text_is_masked(text: str, shown: str) -> None:
    assert mask_text(text) == shown


def test_a_note_of_megabytes_is_cut_before_it_is_cleaned() -> None:
    assert clean_text("<p>" + "a" * 2_000_000) == "a" * (MOST_CLEANED - 3)


def test_an_address_over_eight_thousand_characters_is_refused() -> None:
    assert TARGET.url("a" * MOST_URL)
    with pytest.raises(RefusedError, match="longer than 8000 characters"):
        TARGET.url("https://shop.example/" + "a." * MOST_URL)
    assert TARGET.redirect("https://shop.example/", "/" + "a" * MOST_URL) is None
