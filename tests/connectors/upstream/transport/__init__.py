"""Bytes to a shop and back."""
