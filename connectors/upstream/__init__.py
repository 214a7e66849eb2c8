"""One shop's HTTP.

`client.Upstream` is its only door: rate limit, breaker, attempts, and errors that are already ours.
"""
