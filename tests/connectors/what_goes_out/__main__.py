"""Write the table into `docs/what-goes-out.md`: `python -m tests.connectors.what_goes_out`."""

from tests.connectors.what_goes_out.page import PAGE, render_page

PAGE.write_text(render_page(), encoding="utf-8")
