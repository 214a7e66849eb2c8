"""What of new settings a running Portside goes by at once, and what waits for a restart."""

from __future__ import annotations

from typing import Any

import pytest

from proxy.live_settings import LIVE, LiveSettings
from proxy.settings.models import Settings

WORD = "operators-word"


def make_settings(**changes: Any) -> Settings:
    store = {"credentials": [{"auth_key": "k"}], "connector": {"type": "x"}}
    return Settings.model_validate({"stores": {"north": store}, **changes})


@pytest.mark.parametrize(
    ("changes", "taken", "waiting"),
    [
        ({"alerts": {"to": ["https://hooks.example"]}}, ["alerts"], []),
        ({"logs": {"level": "debug"}, "export": {"page_size": 5}}, ["logs", "export"], []),
        ({"admin": {"password": WORD}}, ["admin"], []),
        ({"admin": {"password": WORD, "listen": "127.0.0.1:1"}}, [], ["admin"]),
        ({"listen": "127.0.0.1:1", "delivery": {"concurrency": 2}}, [], ["listen", "delivery"]),
        ({}, [], []),
    ],
)
def test_new_settings_are_gone_by_or_named_as_waiting(
    changes: dict[str, Any], taken: list[str], waiting: list[str]
) -> None:
    old, new = make_settings(), make_settings(**changes)
    live = LiveSettings(old)
    assert live.follow(new) == (taken, waiting)
    for name in Settings.model_fields:
        source = new if name in taken else old
        assert getattr(live.now, name) == getattr(source, name), name


def test_whatever_does_not_follow_a_reload_waits_for_a_restart() -> None:
    assert set(LIVE) < set(Settings.model_fields)
