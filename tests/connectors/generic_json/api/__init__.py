"""Getting in: a described shop."""
