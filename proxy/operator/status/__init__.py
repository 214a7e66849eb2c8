"""How all stores stand, for every view of it: the command line, JSON, the page, metrics, alerts.

It is read from the database alone, so that it is the same on every replica and outlives a restart.
"""
