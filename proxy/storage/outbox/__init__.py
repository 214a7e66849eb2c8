"""Deliveries: notices on the disk until the shop has them."""
