"""Exports over a shop, a ShipStation and a clock that tests can bend."""
