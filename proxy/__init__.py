"""Portside, ShipStation's side: a custom store in front of any shop."""

__version__ = "0.1.0"
