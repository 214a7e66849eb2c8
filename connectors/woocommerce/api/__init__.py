"""WooCommerce's REST API as requests: how they prove who we are, where the API is, and what its
refusals mean.
"""
