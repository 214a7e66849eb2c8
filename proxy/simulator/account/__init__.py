"""The whole ShipStation account, played over real sockets: it imports from custom stores, makes
labels, sends notices, and serves ShipStation's own API (v1) with its limits and its quirks.
"""
