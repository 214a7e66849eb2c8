"""Plays ShipStation against any custom store URL, ours or a stranger's, and says which promises of
the protocol it keeps.
"""
