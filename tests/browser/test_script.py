"""What the page's own script adds."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Open


def test_what_to_type_is_copied(opened: Open) -> None:
    with opened(permissions=["clipboard-read", "clipboard-write"]) as page:
        page.goto("/")
        card = page.locator("#store-attic")
        card.get_by_text("What to type into ShipStation").click()
        card.get_by_label("Copy Username of attic").click()
        expect(card.get_by_label("Copy Username of attic")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == "ada"


def test_all_on_a_page_are_chosen_at_once(opened: Open) -> None:
    with opened() as page:
        page.goto("/ui/deliveries?state=dead")
        page.get_by_label("Choose all on this page").check()
        assert page.locator("input[name=id]:checked").count() == 3


def test_pointing_at_a_line_marks_it_on_all_three_sides(opened: Open) -> None:
    with opened() as page:
        page.goto("/ui/order?store=attic&number=1002")
        json, settings, xml = (page.locator(".side").nth(number) for number in range(3))
        for side, line in (
            (json, '"reference": "1002"'),
            (settings, "number: reference"),
            (xml, "<OrderNumber>1002</OrderNumber>"),
        ):
            side.locator("li", has_text=line).first.hover()
            expect(json.locator(".marked", has_text='"reference"')).to_be_visible()
            expect(settings.locator(".marked", has_text="number: reference")).to_be_visible()
            expect(xml.locator(".marked", has_text="<OrderNumber>")).to_be_visible()
            page.locator("h1").hover()
            expect(page.locator(".marked")).to_have_count(0)


def test_what_happens_appears_by_itself(opened: Open) -> None:
    with opened() as live, opened() as other:
        live.goto("/ui/live?store=attic")
        expect(live.locator("#live-state")).to_contain_text("Live")
        other.goto("/ui/deliveries/2")
        other.get_by_label("Reason, to discard").fill("lost")
        other.get_by_role("button", name="Discard").click()
        expect(live.locator(".events li").first).to_contain_text("discarded delivery 2")
        assert live.locator(".events img").count() == 0
