"""Telling Shopify of a shipment, once in effect."""
