"""Orders out of the JSON: a described shop."""
