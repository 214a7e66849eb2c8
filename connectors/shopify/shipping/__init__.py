"""Reporting a shipment to Shopify, so that it takes effect once."""
