"""Reporting a shipment to the shop, so that it takes effect once."""
