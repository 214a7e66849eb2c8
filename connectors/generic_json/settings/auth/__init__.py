"""How the shop knows us, as settings say it: keys that never change, calls that bring a token, and
signatures.
"""
