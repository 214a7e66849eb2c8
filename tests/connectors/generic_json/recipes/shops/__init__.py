"""The shops that recipes are tried against: each platform as its documentation tells of it, and
Vendure as a real one was recorded.
"""
