"""Orders out of the JSON: Shopify."""
