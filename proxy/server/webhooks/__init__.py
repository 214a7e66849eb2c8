"""Webhooks to the public listener: of the shops, and of ShipStation."""
