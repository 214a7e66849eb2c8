"""Shopify: orders and fulfilments over the Admin API, by REST or GraphQL."""
