"""Which orders a window holds: Shopify."""
