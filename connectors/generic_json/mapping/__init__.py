"""A shop's JSON as orders, by the expressions given in settings, and nothing else: pure."""
