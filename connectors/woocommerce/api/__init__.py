"""WooCommerce's REST API as requests: who we are, where the API is found, and what its refusals
mean.
"""
