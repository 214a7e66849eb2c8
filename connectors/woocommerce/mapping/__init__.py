"""WooCommerce's JSON as orders, and nothing else. Pure."""
