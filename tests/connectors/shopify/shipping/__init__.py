"""Telling of shipments: Shopify."""
