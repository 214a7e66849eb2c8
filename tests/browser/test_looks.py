"""Every page, as it looks: without violations of accessibility, in light and dark, and on a
telephone without scrolling sideways.
"""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Open

PAGES = (
    "/",
    "/ui/deliveries?state=all",
    "/ui/deliveries?state=discarded",
    "/ui/deliveries?word=1001",
    "/ui/deliveries/2",
    "/ui/held",
    "/ui/held?store=attic",
    "/ui/order?store=attic&number=1001&try=nonsense(",
    "/ui/order?store=attic&number=none",
    "/ui/live",
    "/ui/actions",
    "/ui/deliveries/999",
)


def show_all(page: Page) -> None:
    """Open what is folded, so that it is looked at too."""
    page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true })")


@pytest.mark.parametrize(
    "choices",
    [
        {"color_scheme": "light"},
        {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}},
    ],
    ids=["light", "dark, on a telephone"],
)
def test_no_page_has_a_violation_of_accessibility_or_scrolls_sideways(
    opened: Open, choices: dict[str, Any]
) -> None:
    axe = Axe()
    with opened(**choices) as page:
        for path in PAGES:
            page.goto(path)
            show_all(page)
            found = axe.run(page).response["violations"]
            assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], path
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= page.viewport_size["width"], path


def test_a_telephone_without_script_shows_every_page(opened: Open) -> None:
    with opened(java_script_enabled=False, viewport={"width": 360, "height": 740}) as page:
        for path in PAGES:
            page.goto(path)
            assert page.locator("h1").is_visible(), path
            assert page.locator(".bar").is_visible(), path
            assert page.locator("button.copy:visible, .choose-all:visible").count() == 0, path


def test_one_look_says_what_is_wrong_and_what_to_do(opened: Open) -> None:
    with opened() as page:
        page.goto("/")
        assert "attic: 3 shipments could not be told" in page.locator(".bar").inner_text()
        card = page.locator("#store-attic").inner_text()
        assert "3 shipments could not be told to the shop" in card
        assert "then retry or discard" in card
        assert "has not answered since" in page.locator("#store-north").inner_text()
