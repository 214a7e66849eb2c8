"""Shopify: orders and fulfillments over the Admin API, by REST or GraphQL."""

from connectors.interface import ConnectorType
from connectors.shopify.connector import open_shopify
from connectors.shopify.settings import ShopifySettings
from connectors.shopify.webhooks import check_webhooks

__all__ = ["connector_type"]

connector_type = ConnectorType(
    name="shopify", settings=ShopifySettings, open=open_shopify, check_webhooks=check_webhooks
)
