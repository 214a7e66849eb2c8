"""Getting in: WooCommerce."""
