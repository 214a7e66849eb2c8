"""Expressions and templates over a shop's JSON, read while settings load.

Knows no shop and does no I/O.
"""
