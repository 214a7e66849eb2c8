"""Telling of shipments: a described shop."""
