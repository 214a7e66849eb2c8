"""Databases of older and newer Portsides."""
