"""Shops that break their word."""
