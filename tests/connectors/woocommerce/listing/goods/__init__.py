"""What a shop sells, as far as orders need it: WooCommerce."""
