"""Telling of shipments: WooCommerce."""
