"""Every action, once without script and once with the keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open


def press_until(page: Page, name: str, key: str = "Tab") -> None:
    """Go on with the keyboard to the element with this name; its focus must be seen."""
    for _ in range(80):
        page.keyboard.press(key)
        found = page.evaluate(
            "() => { const one = document.activeElement;"
            " return [one.getAttribute('aria-label') || one.labels?.[0]?.innerText"
            " || one.innerText || one.name || '', getComputedStyle(one).outlineStyle] }"
        )
        if found[0].strip().startswith(name):
            assert found[1] != "none", f"the focus on {name} cannot be seen"
            return
    raise AssertionError(f"{name} cannot be reached with {key}")


def test_all_is_done_without_script(opened: Open) -> None:
    with opened(java_script_enabled=False) as page:
        page.goto("/")
        page.get_by_label("Check attic now").click()
        expect(page.locator(".finding").first).to_be_visible()
        page.get_by_role("link", name="Back to the store").click()
        page.get_by_label("Try the shop of north now").click()
        expect(page.locator(".finding.problem")).to_contain_text("The shop does not answer")
        page.get_by_label("Order or tracking number").first.fill("d1")
        page.get_by_role("button", name="Find").click()
        page.get_by_role("link", name="3", exact=True).click()
        expect(page.locator("h1")).to_contain_text("Delivery 3 dead")
        page.get_by_text("1 request to the shop").click()
        expect(page.locator(".exchange pre").last).to_have_text("no")
        page.get_by_role("button", name="Discard").click()
        expect(page.locator("main")).to_contain_text("characters that say why")
        page.go_back()
        page.get_by_label("Reason, to discard").fill("The parcel was lost.")
        page.get_by_role("button", name="Discard").click()
        expect(page.locator(".done")).to_have_text("1 delivery was discarded.")
        page.goto("/ui/deliveries?state=delivered")
        page.get_by_label("Choose delivery 1").check()
        page.get_by_label("Reason, to discard or to send again").fill("The shop was restored.")
        page.get_by_role("button", name="Send again").click()
        expect(page.locator(".done")).to_have_text("1 delivery was queued to be sent again.")
        page.goto("/ui/deliveries?state=dead&store=attic")
        page.get_by_label("or, with none chosen, all dead ones of attic").check()
        page.get_by_role("button", name="Try again").click()
        expect(page.locator(".done")).to_have_text("2 deliveries were queued to be tried again.")
        page.get_by_role("link", name="Actions").click()
        rows = page.locator("tbody")
        for said in ("The parcel was lost.", "The shop was restored.", "had the store checked"):
            expect(rows).to_contain_text(said)
        page.get_by_role("link", name="Live", exact=True).click()
        expect(page.locator(".events")).to_contain_text("discarded delivery 3")


def test_from_a_held_order_to_its_story_and_an_expression_without_script(opened: Open) -> None:
    with opened(java_script_enabled=False) as page:
        page.goto("/")
        page.locator("#store-attic").get_by_role("link", name="1 filtered").click()
        expect(page.locator(".group pre")).to_contain_text("reference == '1005'")
        page.get_by_role("link", name="1005").click()
        expect(page.locator(".verdict")).to_contain_text("The settings leave the order out")
        page.get_by_label("An expression").fill("join('-', [reference, currency])")
        page.get_by_role("button", name="Try", exact=True).click()
        expect(page.get_by_label("What the expression finds")).to_have_text('"1005-usd"')
        page.get_by_label("An expression").fill("buyer.mail")
        page.get_by_role("button", name="Try", exact=True).click()
        expect(page.get_by_label("What the expression finds")).to_contain_text("***")
        page.get_by_label("An expression").fill("buyer.mial")
        page.get_by_role("button", name="Try", exact=True).click()
        expect(page.locator("#trial")).to_contain_text("no 'mial' in buyer; did you mean 'mail'?")


def test_all_is_done_with_the_keyboard_alone(opened: Open) -> None:
    with opened() as page:
        page.goto("/")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        press_until(page, "Check attic now")
        page.keyboard.press("Enter")
        page.wait_for_url("**/check")
        expect(page.locator(".finding").first).to_be_visible()
        page.goto("/")
        press_until(page, "Try the shop of north now")
        page.keyboard.press("Enter")
        page.wait_for_url("**/try")
        expect(page.locator(".finding.problem")).to_contain_text("The shop does not answer")
        press_until(page, "Order or tracking number")
        page.keyboard.type("d1")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="3", exact=True)).to_be_visible()
        page.goto("/ui/deliveries/4")
        press_until(page, "Reason, to discard")
        page.keyboard.type("Sent by hand.")
        press_until(page, "Discard")
        page.keyboard.press("Enter")
        expect(page.locator(".done")).to_have_text("1 delivery was discarded.")
        page.goto("/ui/deliveries?state=all")
        press_until(page, "Choose delivery 1")
        page.keyboard.press("Space")
        press_until(page, "Reason, to discard or to send again")
        page.keyboard.type("Lost in the shop.")
        press_until(page, "Send again")
        page.keyboard.press("Space")
        expect(page.locator(".done")).to_contain_text("queued to be sent again.")
        page.goto("/ui/order?store=attic&number=1002")
        press_until(page, "An expression")
        page.keyboard.type("reference")
        press_until(page, "Try")
        page.keyboard.press("Enter")
        expect(page.get_by_label("What the expression finds")).to_have_text('"1002"')
