"""Shopify's Admin API as requests: REST and GraphQL behind one `Transport`, and the rights they
need.
"""
