"""The language of a described shop."""
