"""Which orders a window holds: a described shop."""
