"""What the commands that only read the database need of settings.yaml: they look up no shop's
secret, and a mistake in another part of the file does not stop them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path as File
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from proxy.settings.alerts.settings import AlarmSettings
from proxy.settings.loader import read_settings_text
from proxy.settings.messages import find_faults, hide_in_problems
from proxy.settings.models import Settings, StoreName
from proxy.settings.problems import SettingsError
from proxy.settings.values import DatabaseUrl
from proxy.settings.yaml_document import read_document

_DATABASE: SecretStr = Settings.model_fields["database"].default


class AlertRecords(BaseModel):
    """From when on what is wrong is an alarm, with or without addresses."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    when: AlarmSettings = AlarmSettings()


class RecordsSettings(BaseModel):
    """Where the database is, what an alarm is, and the stores by name, whatever else the file says
    of them.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    database: DatabaseUrl = _DATABASE
    alerts: AlertRecords = AlertRecords()
    stores: dict[StoreName, Any] = Field(min_length=1)


def load_records_settings(
    file: File,
    *,
    environment: Mapping[str, str] | None = None,
    keep_secrets: Callable[[frozenset[str]], None],
) -> RecordsSettings:
    """Read a settings file for its database and the names of its stores. Only `database` needs the
    variables and files that it names. Raises `SettingsError`.
    """
    document = read_document(
        read_settings_text(file),
        file=str(file),
        environment=os.environ if environment is None else environment,
        directory=file.parent,
        only=("database",),
    )
    keep_secrets(document.secrets)
    value = document.value if isinstance(document.value, dict) else {}
    try:
        return RecordsSettings.model_validate({k: v for k, v in value.items() if v is not None})
    except ValidationError as error:
        problems = list(find_faults(error, document, RecordsSettings))
        # pydantic's own text would show what was typed
        raise SettingsError(str(file), hide_in_problems(problems, document)) from None
