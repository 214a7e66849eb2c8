"""Any shop with a JSON API, described in settings alone, or by a recipe."""

from connectors.generic_json.connector import open_connector
from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.interface import ConnectorType

__all__ = ["GenericJsonSettings", "connector_type"]

connector_type = ConnectorType(
    name="generic_json", settings=GenericJsonSettings, open=open_connector
)
