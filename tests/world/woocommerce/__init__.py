"""A WooCommerce shop that breaks its word, read by key and by index."""
