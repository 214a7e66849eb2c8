"""A sound store to plant faults beside, and the complaint that a settings file earns."""

from __future__ import annotations

import pytest

from proxy.settings.loader import parse_settings
from proxy.settings.problems import SettingsError
from tests.settings.kinds import find_kind

STORE = """\
stores:
  north:
    credentials: {username: north, password: pass-word}
    connector: {type: stand, url: "https://north.example", consumer_key: ck_1, consumer_secret: cs_1}
"""  # noqa: E501 - lines and columns are what the tests are about

NAMES = {"NORTH_SECRET": "s3cr3t-value", "EMPTY": ""}


def read_complaint(text: str) -> list[str]:
    """What is said of a faulty file, line by line; a sound store follows unless it has stores."""
    whole = text if "stores" in text else text + STORE
    with pytest.raises(SettingsError) as caught:
        parse_settings(whole, file="s.yaml", find_type=find_kind, environment=NAMES)
    return str(caught.value).splitlines()
