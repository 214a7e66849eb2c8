"""Which orders a window holds, and what belongs to each of them."""
