"""Telling a described shop of a shipment, once in effect."""
