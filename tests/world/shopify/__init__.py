"""A Shopify shop that breaks its word, over REST and over GraphQL."""
