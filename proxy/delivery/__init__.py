"""Shipment notices on their way to the shop: taken in, tried, tried again."""
