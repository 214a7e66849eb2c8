"""Bytes to a shop and back: connections, the proxy before them, and what goes wrong there."""
