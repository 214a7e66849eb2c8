"""What to type into ShipStation is kept as HTML for as long as the settings stand."""

from __future__ import annotations

from proxy.dashboard.forms import Forms
from proxy.settings.models import Settings
from tests.server.stall import StallSettings


def build_settings(**users: str) -> Settings:
    """Stores by name, each with the user name of its login."""
    connector = StallSettings(type="stall")
    stores = {
        name: {"credentials": {"username": user, "password": "p"}, "connector": connector}
        for name, user in users.items()
    }
    return Settings.model_validate({"stores": stores})


def test_a_form_is_made_once_and_again_when_the_settings_change() -> None:
    forms, settings = Forms(), build_settings(north="ada", south="bob")
    first = forms.take_form("north", settings)
    assert "<code>ada</code>" in first
    assert "<code>bob</code>" in forms.take_form("south", settings)
    assert forms.take_form("north", settings) is first
    assert "<code>eve</code>" in forms.take_form("north", build_settings(north="eve"))


def test_what_the_settings_say_is_escaped() -> None:
    hostile = "<img src=x>"
    form = Forms().take_form("north", build_settings(north=hostile))
    assert hostile not in form
    assert "&lt;img src=x&gt;" in form
