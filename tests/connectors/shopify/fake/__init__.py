"""A fake Shopify: REST and GraphQL over one order book."""
