"""A described shop's API as requests: who we are, one call filled in and sent, and what its answer
means.
"""
