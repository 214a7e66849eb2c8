"""Pure decisions: what must be read again, which orders go out, when a delivery is tried again.

No clock, no I/O.
"""
