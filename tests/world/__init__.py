"""Lying shops: what the connectors meet in the field, drawn at random and polled through the real
exporter. `python -m tests.world --help` tells how to look for more than a test run does.
"""
