"""`python -m tests.browser`: the pictures of the operator's page in docs/images, taken of the
demo.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parents[2] / "docs" / "images"
_ADDRESS = re.compile(r"The operator's page: (http://\S+)/")
_ORDER = re.compile(r"portside order (\d+)")
_WIDTH, _HEIGHT = 1000, 640


@contextmanager
def running_demo() -> Iterator[tuple[str, str]]:
    """The address of the page, and the number of the order whose notice got lost."""
    words = [sys.executable, "-u", "-m", "proxy", "demo"]
    demo = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)  # noqa: S603 -- our own words
    try:
        assert demo.stdout is not None
        address = order = ""
        for line in demo.stdout:
            if found := _ORDER.search(line):
                order = found[1]
            if found := _ADDRESS.search(line):
                address = found[1]
                break
        yield address, order
    finally:
        demo.terminate()
        demo.wait()


def main() -> int:
    """Take all of them again."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if program is None:
        sys.stderr.write("Taking pictures needs Chromium: apt install chromium\n")
        return 1
    FOLDER.mkdir(exist_ok=True)
    with running_demo() as (address, order), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT})
        for name, path in {
            "stores": "/",
            "deliveries": "/ui/deliveries",
            "order": f"/ui/order?store=demo&number={order}",
        }.items():
            page.goto(address + path)
            file = FOLDER / f"{name}.png"
            page.screenshot(path=file)
            sys.stdout.write(f"{file}: {page.title()}\n")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
