"""Which orders a window holds, what may not be shipped yet, and what is known of the products."""
