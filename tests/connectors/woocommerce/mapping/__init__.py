"""Orders out of the JSON: WooCommerce."""
