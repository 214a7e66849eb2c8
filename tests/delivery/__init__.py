"""A notice's way to the shop."""
