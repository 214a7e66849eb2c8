"""Which orders a window holds, page by page, and what belongs to each of them."""
