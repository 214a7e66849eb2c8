"""One browser for all tests, a new Portside for each module."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.stage import run_stage

Open = Callable[..., Any]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    # Chromium's own sandbox does not work for root.
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page's address."""
    with run_stage(tmp_path_factory.mktemp("stage")) as address:
        yield address


@pytest.fixture
def opened(browser: Browser, base: str) -> Open:
    """Opens a page in a context of its own; afterwards nothing was asked of another host, and the
    browser had nothing to complain of.
    """

    @contextmanager
    def open_page(**choices: Any) -> Iterator[Page]:
        choices.setdefault("viewport", {"width": 1280, "height": 800})
        with browser.new_context(base_url=base, **choices) as context:
            asked, said = list[str](), list[str]()
            context.on("request", lambda request: asked.append(request.url))
            page = context.new_page()
            page.set_default_timeout(10_000)
            page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
            page.on("pageerror", lambda error: said.append(str(error)))
            yield page
            assert [url for url in asked if not url.startswith(base)] == []
            # A refusal is told to the person; Chromium notes each status of 400 and more.
            assert [each for each in said if "Failed to load resource" not in each] == []

    return open_page
