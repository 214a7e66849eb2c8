"""Any shop with a JSON API, described in settings alone, or by a recipe.

The type is loaded when it is asked for, so that importing the mapping loads neither HTTP nor
settings.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["connector_type"]

if TYPE_CHECKING:
    from connectors.generic_json.connector import connector_type
else:

    def __getattr__(name: str) -> Any:
        """PEP 562."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module("connectors.generic_json.connector"), name)
