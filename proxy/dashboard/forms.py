"""What to type into ShipStation's form for each store, as HTML that is made once."""

from __future__ import annotations

from aiohttp import web

from proxy.dashboard.cards import list_entries
from proxy.dashboard.frame import make_templates
from proxy.settings.models import Settings


class Forms:
    """Keeps them until the settings change, for nothing else stands in them: with a hundred stores
    they are half the values on the page.
    """

    def __init__(self) -> None:
        self._settings: Settings | None = None
        self._forms: dict[str, str] = {}

    def take_form(self, store: str, settings: Settings) -> str:
        """The form of a store that the settings name; each value in it is escaped."""
        if settings is not self._settings:
            self._settings, self._forms = settings, {}
        if store not in self._forms:
            entries = list_entries(store, settings.stores[store], settings.listen)
            template = make_templates().get_template("form.html")
            self._forms[store] = template.render(store=store, entries=entries)
        return self._forms[store]


FORMS: web.AppKey[Forms] = web.AppKey("forms", Forms)
