"""Refreshes: asking ShipStation to import a store's orders now, or from a date on."""
