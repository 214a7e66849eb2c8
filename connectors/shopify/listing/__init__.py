"""Which orders a window holds, what may not be shipped yet, and what goods they hold."""
