"""Recipes against small shops written by hand from each platform's documentation: not recorded, and
no proof that a real shop agrees.
"""
