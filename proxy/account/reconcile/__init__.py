"""Comparing the account's shipments with our deliveries, and telling the shop what is missing."""
