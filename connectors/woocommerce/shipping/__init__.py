"""Telling the shop of a shipment, once in effect."""
