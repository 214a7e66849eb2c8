"""WooCommerce, by its REST API (wc/v3)."""

from connectors.interface import ConnectorType
from connectors.woocommerce.connector import open_woocommerce
from connectors.woocommerce.settings import WooCommerceSettings
from connectors.woocommerce.statuses import bare

connector_type = ConnectorType(name="woocommerce", settings=WooCommerceSettings, open=open_woocommerce, status_word=bare)

__all__ = ["WooCommerceSettings", "connector_type"]
