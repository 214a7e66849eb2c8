"""Which orders a window holds: WooCommerce."""
