"""The WooCommerce connector, against a fake shop that behaves as a real one was measured to."""
