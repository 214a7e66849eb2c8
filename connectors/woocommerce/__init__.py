"""WooCommerce, by its REST API (wc/v3)."""

from connectors.interface import ConnectorType
from connectors.woocommerce.connector import open_woocommerce
from connectors.woocommerce.mapping.statuses import bare
from connectors.woocommerce.settings import WooCommerceSettings
from connectors.woocommerce.webhooks import check_webhooks

connector_type = ConnectorType(
    name="woocommerce",
    settings=WooCommerceSettings,
    open=open_woocommerce,
    status_word=bare,
    check_webhooks=check_webhooks,
)

__all__ = ["WooCommerceSettings", "connector_type"]
