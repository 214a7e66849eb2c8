"""One side of a comparison with another checkout, each in a process of its own."""
