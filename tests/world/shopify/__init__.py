"""A Shopify shop that breaks its word, over both of its APIs."""
