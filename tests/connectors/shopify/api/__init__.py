"""Getting in: Shopify."""
